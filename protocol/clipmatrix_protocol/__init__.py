"""What travels between the ClipMatrix extension and its backend, and how."""

from .address import DEFAULT_ADDRESS, DEFAULT_PORT
from .arrays import MAX_FRAME_BYTES
from .body import Body, BodyShape, Correctives, Motion
from .brief import Brief, CameraOrbit, Prompt, Settings, Vary
from .character import Character, Part, Shape
from .codec import decode, encode, greeting_version
from .errors import ProtocolError
from .invitation import SCHEME, Invitation, read_invitation, write_invitation
from .messages import (
    Accepted,
    Attach,
    BodyRequest,
    Cancel,
    CorrectivesRequest,
    Done,
    Failed,
    FailureCode,
    FromClient,
    FromServer,
    Hello,
    Look,
    Message,
    ModelRequest,
    Ping,
    Pong,
    Progress,
    State,
    Submit,
    Summary,
    Update,
    Validity,
    Welcome,
)
from .status import Status
from .version import PROTOCOL_VERSION, mismatch

__all__ = [
    "DEFAULT_ADDRESS",
    "DEFAULT_PORT",
    "MAX_FRAME_BYTES",
    "PROTOCOL_VERSION",
    "SCHEME",
    "Accepted",
    "Attach",
    "Body",
    "BodyRequest",
    "BodyShape",
    "Brief",
    "CameraOrbit",
    "Cancel",
    "Character",
    "Correctives",
    "CorrectivesRequest",
    "Done",
    "Failed",
    "FailureCode",
    "FromClient",
    "FromServer",
    "Hello",
    "Invitation",
    "Look",
    "Message",
    "ModelRequest",
    "Motion",
    "Part",
    "Ping",
    "Pong",
    "Progress",
    "Prompt",
    "ProtocolError",
    "Settings",
    "Shape",
    "State",
    "Status",
    "Submit",
    "Summary",
    "Update",
    "Validity",
    "Vary",
    "Welcome",
    "decode",
    "encode",
    "greeting_version",
    "mismatch",
    "read_invitation",
    "write_invitation",
]
