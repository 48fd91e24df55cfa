"""What the server asks about model files, answered."""

from clipmatrix_protocol import Body, Correctives, CorrectivesRequest, ModelRequest

from .correctives import correctives
from .load import load_model
from .message import body_message


def answer(question: ModelRequest | CorrectivesRequest) -> Body | Correctives:
    """Build a body, or work out what poses add to one.

    Raises
    ------
    JobError
        ``unknown_body`` if there is no such file, ``bad_request`` if nothing can be made of it.
    """
    model = load_model(question.file)
    if isinstance(question, ModelRequest):
        return body_message(model, question.betas, question.expressions)
    return correctives(model, question.rotations)
