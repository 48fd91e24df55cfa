"""How a job's similarity went, step by step: short enough to be drawn often, however long the job."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 256
"""Points kept; when there are more, every second one is dropped."""


@dataclass
class Course:
    """Points (step, similarity), by rising step; the newest is always kept."""

    points: list[tuple[int, float]] = field(default_factory=list)

    def add(self, step: int, similarity: float) -> None:
        """Add what a Progress says; one of a step that is known already adds nothing."""
        if self.points and step <= self.points[-1][0]:
            return
        self.points.append((step, similarity))
        if len(self.points) > MOST:
            self.points = [*self.points[:-1:2], self.points[-1]]
