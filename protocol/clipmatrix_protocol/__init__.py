"""What travels between the ClipMatrix extension and its backend, and how."""

from .address import DEFAULT_ADDRESS, DEFAULT_PORT
from .arrays import MAX_FRAME_BYTES
from .body import Body, BodyShape, Correctives, Motion
from .brief import Brief, Prompt, Vary
from .cameras import Camera, CameraFixed, CameraOrbit, CameraRegion
from .character import Character, Part, Region, Shape
from .codec import decode, encode, greeting_version
from .errors import ProtocolError
from .invitation import SCHEME, Invitation, read_invitation, write_invitation
from .look import MOST_SUNS, Look, Sun
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
    Message,
    ModelRequest,
    Pause,
    Paused,
    Ping,
    Pong,
    Progress,
    Resume,
    Resumed,
    Submit,
    Update,
    Welcome,
)
from .result import State, Summary, Validity
from .settings import Settings
from .status import Status
from .version import PROTOCOL_VERSION, mismatch

__all__ = [
    "DEFAULT_ADDRESS",
    "DEFAULT_PORT",
    "MAX_FRAME_BYTES",
    "MOST_SUNS",
    "PROTOCOL_VERSION",
    "SCHEME",
    "Accepted",
    "Attach",
    "Body",
    "BodyRequest",
    "BodyShape",
    "Brief",
    "Camera",
    "CameraFixed",
    "CameraOrbit",
    "CameraRegion",
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
    "Pause",
    "Paused",
    "Ping",
    "Pong",
    "Progress",
    "Prompt",
    "ProtocolError",
    "Region",
    "Resume",
    "Resumed",
    "Settings",
    "Shape",
    "State",
    "Status",
    "Submit",
    "Summary",
    "Sun",
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
