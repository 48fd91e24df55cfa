"""The one line of truth in the Connection panel, for everything a backend can be at."""

import pytest
from clipmatrix_protocol import PROTOCOL_VERSION, Status, Welcome


@pytest.fixture
def says(session, phase, rooms):
    """A function that brings the session into a state and returns the panel's line and its details."""

    def run(name, status=None, device="cuda (NVIDIA H200)", **attributes):
        session.state = phase[name]
        session.status = status or Status(clip="embedded")
        session.welcome = Welcome(PROTOCOL_VERSION, "test", device, (), ())
        for attribute, value in attributes.items():
            setattr(session, attribute, value)
        standing = rooms("interface.status_text").standing(session)
        return standing.text, *standing.details

    return run


@pytest.fixture
def connected_to(session):
    """A function that has the session begin to connect to an address."""

    def run(address):
        session.connect(address, "")

    return run


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OFFLINE", "Not connected"),
        ("STARTING", "Starting the backend"),
        ("CONNECTING", "Connecting"),
        ("REFUSED", "Turned away"),
        ("LOST", "Connection lost"),
    ],
)
def test_without_a_connection_the_line_says_so_and_claims_nothing_about_the_backend(says, name, text):
    assert says(name) == (text,)


def test_a_wrong_version_is_called_that(says, rooms):
    error = rooms("job.refusals").WrongVersion("Update the extension.")
    assert says("REFUSED", error=error) == ("Wrong version",)


def test_a_local_backend_tells_its_device_its_memory_and_its_clip(says, connected_to):
    connected_to("127.0.0.1:9")
    assert says("IDLE", Status(clip="embedded", free_memory_mb=124_000)) == (
        "Connected to this computer",
        "cuda (NVIDIA H200), 121 GB free",
        "CLIP model: embedded",
    )


def test_a_remote_backend_is_called_by_its_machine(blender, says, connected_to):
    blender.context.preferences.system.use_online_access = True
    connected_to("render.example.org:9")
    assert says("IDLE")[0] == "Connected to render.example.org"


@pytest.mark.parametrize(
    ("megabytes", "text"), [(None, ""), (0.4, ", 0 MB free"), (900, ", 900 MB free"), (3000, ", 2.9 GB free")]
)
def test_memory_is_told_in_a_unit_one_can_read(says, megabytes, text):
    assert says("IDLE", Status(free_memory_mb=megabytes), device="cpu")[1] == f"cpu{text}"


def test_a_backend_that_still_loads_says_so(says):
    assert says("IDLE", Status(starting=True))[2] == "Loading its CLIP model"


def test_a_backend_without_a_clip_model_does_not_pretend_to_load_one(says):
    assert says("IDLE", Status())[2] == "Its CLIP model comes with the first job"


def test_somebody_elses_job_is_called_by_their_name(says):
    assert says("IDLE", Status(busy_with="anna"))[0] == "Busy with anna's job"
    assert says("SUBMITTED", Status(busy_with="anna", waiting=2))[0] == "Busy with anna's job, 2 waiting"


def test_ones_own_job_is_ones_own(says):
    assert says("RUNNING", Status(busy_with="anna"))[0] == "Connected, works on your job"
