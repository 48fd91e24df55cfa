"""Bodies made from SMPL, SMPL-H and SMPL-X model files, which artists own and ClipMatrix does not ship."""

from .answer import answer
from .correctives import correctives
from .load import Model, load_model
from .message import body_message

__all__ = ["Model", "answer", "body_message", "correctives", "load_model"]
