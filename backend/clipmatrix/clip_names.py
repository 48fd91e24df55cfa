"""How CLIP models are named on the command line and in a brief; needs no torch, so that a slip is noticed at once."""

EMBEDDED = ("embedded", "judge")
"""Models that come with the package; the judge scores results and never guides."""

FORMS = (
    "Use “embedded”, “MODEL:PRETRAINED” by open_clip's names (such as ViT-B-32:laion2b_s34b_b79k), "
    "or “MODEL:/path/to/checkpoint”."
)
"""What to write, for those who have written something else."""


def names_a_model(spec: str) -> bool:
    """Tell whether a spec has one of the :data:`FORMS`; there may still be no such model."""
    model, _, source = spec.partition(":")
    return spec in EMBEDDED or bool(model and source)


def split(specs: str) -> list[str]:
    """Take apart the specs of models that guide together, with commas between them."""
    return [spec.strip() for spec in specs.split(",")]
