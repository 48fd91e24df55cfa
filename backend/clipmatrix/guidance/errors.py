"""What can go wrong when a CLIP model is asked for."""


class ClipUnavailable(Exception):
    """A CLIP model that cannot be had here.

    Attributes
    ----------
    message
        Which model, and what was tried; one sentence.
    remedy
        How to get it, or what to ask for instead.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
