"""The loop that grows a character into its prompts."""

from .loop import optimise, optimise_with_towers
from .telemetry import Report
from .wording import brief_warnings

__all__ = ["Report", "brief_warnings", "optimise", "optimise_with_towers"]
