"""A real backend process, a session that talks to it, and SMPL bodies from files of our own."""

import os
import subprocess
import sys
import time
from functools import cache

import numpy as np
import pytest
from clipmatrix.bodies.kinematics import from_smplx
from clipmatrix.bodies.message import body_message as figure_message
from clipmatrix.bodies.smpl.kinds import Kind

from tests.backend.smpl.model_files import Reference, model_arrays, write_model

SECRET = "a-secret-for-tests"


@pytest.fixture(scope="session")
def address():
    """Where a backend process listens."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "clipmatrix", "serve", "--address", "tcp://127.0.0.1:0", "--threads", "1",
            "--device", "cpu", "--parent-pid", str(os.getpid()),
        ],
        env={**os.environ, "CLIPMATRIX_SECRET": SECRET, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().removeprefix("clipmatrix ready ").strip()
    process.terminate()
    process.wait(20)
    process.stdout.close()


class Talk:
    """The extension's session, and a way to wait for it."""

    def __init__(self, rooms, address: str) -> None:
        self.session = rooms("job.session").current()
        self.phase = rooms("job.phases").Phase
        self.address = address

    def connect(self) -> None:
        """Connect to the backend process."""
        self.session.connect(self.address, SECRET)
        self.until(lambda: self.session.state is not self.phase.CONNECTING)
        assert self.session.error is None

    def until(self, done, seconds: float = 90.0) -> None:
        """Tick until ``done``."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"still {self.session.state}, {self.session.error}"
            self.session.tick()
            time.sleep(0.001)

    def answer(self) -> None:
        """Tick until what was asked for has come; ``session.error`` says if it has not."""
        self.until(lambda: self.session.state is not self.phase.FETCHING)


@pytest.fixture
def talk(blender, rooms, address):
    return Talk(rooms, address)


class Model:
    """A model file, what smplx makes of it, and the body that was added from it."""

    def __init__(self, bpy, folder, kind: Kind) -> None:
        self.bpy, self.kind = bpy, kind
        self.file = write_model(folder, kind)
        self.folder = folder
        self.reference: Reference | None = None
        self.ground = float(from_smplx(model_arrays(kind)["v_template"])[:, 2].min())

    def with_reference(self) -> "Model":
        """Load the smplx package with the same file, before a session that is connected grows impatient."""
        if self.reference is None:
            self.reference = Reference(self.kind, model_arrays(self.kind), self.folder)
        return self

    def add(self, talk: Talk) -> None:
        """Connect, and add the body as an artist does."""
        talk.connect()
        self.bpy.ops.clipmatrix.add_model(filepath=str(self.file))
        talk.answer()
        assert talk.session.error is None
        self.mesh_object = self.bpy.context.view_layer.objects.active
        self.rig = self.mesh_object.modifiers["Armature"].object

    @property
    def keys(self):
        return self.mesh_object.data.shape_keys.key_blocks

    def evaluated(self) -> np.ndarray:
        """(V, 3) what Blender shows, world space."""
        result = self.mesh_object.evaluated_get(self.bpy.context.evaluated_depsgraph_get())
        points = np.empty(len(result.data.vertices) * 3, np.float32)
        result.data.vertices.foreach_get("co", points)
        return points.reshape(-1, 3)

    def forward(self, values, rotations, translation) -> np.ndarray:
        """(V, 3) what smplx says for rotations in SMPL's axes, brought to where the body stands in Blender."""
        assert self.reference is not None
        posed = from_smplx(self.reference(values[:10], values[10:], rotations, translation).astype(np.float64))
        return posed - np.array([0, 0, self.ground])


@pytest.fixture(scope="session")
def model(blender_module, tmp_path_factory):
    """The model file of a kind, written once."""

    @cache
    def written(kind: Kind) -> Model:
        return Model(blender_module, tmp_path_factory.mktemp(kind.smplx_class), kind)

    return written


@pytest.fixture
def figure(blender, rooms):
    """ClipMatrix's own figure: its mesh object and its rig."""
    return rooms("bodies.build").build_body(figure_message("figure"), blender.context)
