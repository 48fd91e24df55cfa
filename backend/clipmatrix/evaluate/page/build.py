"""From evaluations to the page."""

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from ..evaluation import Evaluation
from ..verdict import Score, Verdict
from .pieces import bars, card, data_url, row, strip, verdict

FOLDER = Path(__file__).parent

FEW_FLAWS = 1e-3
"""Share of triangles that may newly run into others before the page calls it bad."""


def page(evaluations: Sequence[Evaluation], title: str) -> str:
    """Write the page for some results: HTML, everything in it."""
    template = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(title),
        columns=len(dict.fromkeys(evaluations[0].azimuths)),
        summary=_summary(evaluations) if len(evaluations) > 1 else "",
        articles="".join(_article(one) for one in evaluations),
        footer=f"Made by <code>clipmatrix evaluate</code> on {time.strftime('%d %B %Y')}.",
    )


def _summary(evaluations: Sequence[Evaluation]) -> str:
    """A line for each result and, for each judge, how many prompts came first."""
    lines = []
    for one in evaluations:
        for said in one.verdicts:
            score = said.textured_rest
            lines.append(
                row(
                    [
                        escape(one.name),
                        escape(one.prompt),
                        escape(said.judge),
                        f"{score.similarity:.3f}",
                        str(score.rank),
                    ]
                )
            )
    judges = [said.judge for said in evaluations[0].verdicts]
    first = [sum(one.verdicts[i].textured_rest.rank == 1 for one in evaluations) for i in range(len(judges))]
    shares = "; ".join(f"{escape(judge)}: {n} of {len(evaluations)}" for judge, n in zip(judges, first, strict=True))
    return (
        f'<h1>{len(evaluations)} results</h1><p class="dim">Prompts that came first: {shares}.</p><div class="scroll">'
        "<table><thead><tr><th>result</th><th>prompt</th><th>judge</th><th>similarity</th><th>rank</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _article(one: Evaluation) -> str:
    gallery = one.gallery
    sides = [f"azimuth {a:.0f}, elevation {e:.0f}" for a, e in zip(one.azimuths, one.elevations, strict=True)]
    lowest = [index for index, height in enumerate(one.elevations) if height == min(one.elevations)]
    template = Template((FOLDER / "article.html").read_text(encoding="utf-8"))
    return template.substitute(
        name=escape(one.name),
        prompt=escape(one.prompt),
        origin=escape(one.origin),
        before=data_url(gallery.before),
        result=data_url(gallery.result),
        views=one.views,
        among=one.among,
        facts=_facts(one),
        strip=strip(gallery.views, sides),
        plain=strip([gallery.plain[index] for index in lowest], [sides[index] for index in lowest]),
        unseen=_unseen(one),
        explained=_explained(one),
        scores="".join(row(cells) for said in one.verdicts for cells in _scores(said)),
        more="".join(row(_more(said)) for said in one.verdicts),
        rankings="".join(
            f"<h2>What {escape(said.judge)} thinks it is</h2>{bars(said.ranking, one.prompt)}" for said in one.verdicts
        ),
        checked=escape(_checked(one)),
        mesh="".join(row(cells) for cells in _mesh(one)),
        notes=_notes(one),
    )


def _facts(one: Evaluation) -> str:
    said, mesh = one.verdicts[0], one.soundness
    score = said.textured_unseen or said.textured_rest
    poses = "in unseen poses" if said.textured_unseen else "at rest"
    broken = mesh.inverted + mesh.degenerate
    cards = [
        card(f"{said.textured_rest.similarity:.3f}", "CLIP score at rest (mean cosine)"),
        card(f"{score.similarity:.3f}", f"CLIP score {poses}"),
        card(f"{score.rank} <small>of {one.among}</small>", f"rank of the prompt {poses}"),
        card(f"{score.r_precision:.0%}", f"of pictures put it first {poses}"),
        card(verdict(str(broken), good=not broken), f"triangles broken over {mesh.poses} poses"),
        card(
            verdict(f"{mesh.intersecting_share:.2%}", good=mesh.intersecting_share <= FEW_FLAWS),
            "of triangles newly run into others",
        ),
    ]
    return "".join(cards)


def _unseen(one: Evaluation) -> str:
    if not one.gallery.poses:
        return ""
    captions = [f"unseen pose {index}" for index in range(1, len(one.gallery.poses) + 1)]
    return f'<h2>In poses that no job has seen</h2><div class="strip">{strip(one.gallery.poses, captions)}</div>'


def _explained(one: Evaluation) -> str:
    return (
        f"Similarity is the mean cosine of {one.views} views and the prompt, at rest and in {one.unseen_poses} unseen "
        "poses; plain pictures show the geometry without its textures. R-precision is the share of pictures for which "
        f"the prompt comes first among {one.among}."
    )


def _scores(said: Verdict) -> list[list[str]]:
    kinds: list[tuple[str, Score | None]] = [
        ("textured, at rest", said.textured_rest),
        ("textured, unseen poses", said.textured_unseen),
        ("plain, at rest", said.plain_rest),
        ("plain, unseen poses", said.plain_unseen),
    ]
    return [
        [
            escape(said.judge),
            kind,
            f"{score.similarity:.3f}",
            f"{score.spread:.3f}",
            str(score.rank),
            f"{score.r_precision:.0%}",
            escape(score.best),
        ]
        for kind, score in kinds
        if score is not None
    ]


def _more(said: Verdict) -> list[str]:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.0%}"

    return [
        escape(said.judge),
        f"{said.mes:.3f}",
        "–" if said.its is None else str(said.its),
        "–" if said.directional is None else f"{said.directional:.3f}",
        share(said.back_as_front),
        share(said.front_as_front),
    ]


def _checked(one: Evaluation) -> str:
    own = one.soundness.poses - 1 - one.unseen_poses
    actions = f" of {', '.join(one.actions)}" if one.actions else ""
    return (
        f"{one.soundness.triangles} triangles in {one.soundness.poses} poses: at rest, {one.unseen_poses} unseen, "
        f"{own} frames{actions}; each against the template in the same pose."
    )


def _mesh(one: Evaluation) -> list[list[str]]:
    mesh = one.soundness
    low, middle, high = mesh.triangle_area_ratio
    few = mesh.intersecting_share <= FEW_FLAWS
    new = f"{mesh.intersecting} ({mesh.intersecting_share:.3%}; worst pose {mesh.intersecting_worst:.3%})"
    return [
        ["newly inverted triangles", verdict(str(mesh.inverted), good=not mesh.inverted)],
        ["degenerate triangles", verdict(str(mesh.degenerate), good=not mesh.degenerate)],
        ["newly self-intersecting triangles", verdict(new, good=few)],
        ["self-intersecting triangles in all", str(mesh.all_intersecting)],
        ["self-intersecting triangles of the template", str(mesh.template_intersecting)],
        ["surface area, result over template", f"{mesh.area_ratio:.3f}"],
        ["area of a triangle, 1st, 50th, 99th percentile", f"{low:.3f}, {middle:.3f}, {high:.3f}"],
        ["edge stretch, 99th percentile", f"{mesh.edge_stretch_p99:.3f}"],
    ]


def _notes(one: Evaluation) -> str:
    notes = []
    for said in one.verdicts:
        if said.unknown_words:
            notes.append(f"{said.judge} never saw: {', '.join(said.unknown_words)}. Its scores ignore these words.")
        if said.front_as_front is None:
            notes.append(f"{said.judge} cannot tell front view from back view.")
        elif said.front_as_front < 0.5:
            notes.append(f"{said.judge} takes few fronts for fronts, so its figure for faces on the back says nothing.")
    if not one.course:
        notes.append("One result has no course: MES is its mean similarity at rest, and ITS is unknown.")
    return "".join(f'<p class="dim"><small>{escape(note)}</small></p>' for note in notes)
