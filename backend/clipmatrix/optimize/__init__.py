"""The loop that grows a character into its prompts."""

from .loop import guided, optimise
from .telemetry import Report
from .unknown_words import warnings

__all__ = ["Report", "guided", "optimise", "warnings"]
