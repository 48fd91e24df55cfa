"""The extension and a real backend process, each as an artist has them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from .fingerprint import differences, fingerprint

SECRET = "a-secret-for-tests"


class Backend:
    """``clipmatrix serve`` in a process of its own."""

    def __init__(self, address: str = "tcp://127.0.0.1:0") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clipmatrix", "serve", "--address", address, "--parent-pid", str(os.getpid())],
            env={**os.environ, "CLIPMATRIX_SECRET": SECRET, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().removeprefix("clipmatrix ready ").strip()
        assert self.address.startswith("tcp://"), self.address

    def kill(self) -> None:
        """Kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """End it politely."""
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture
def session(blender, rooms):
    return rooms("job.session").current()


def pump(session, until, seconds=90.0):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"still {session.state}, {session.error}"
        session.tick()
        time.sleep(0.01)


def pump_for(session, seconds):
    """Tick for a while."""
    end = time.monotonic() + seconds
    pump(session, lambda: time.monotonic() > end)


def connect(blender, rooms, session, address, secret=SECRET):
    """Fill in the preferences and press Connect."""
    settings = rooms("interface.preferences").of(blender.context)
    settings.address, settings.secret = address, secret
    blender.ops.clipmatrix.connect()
    phase = rooms("job.phases").Phase
    pump(session, lambda: session.state is not phase.CONNECTING)
    return phase


def small_job(blender, scenes, steps=3):
    """A skinned column with a shape key, and settings that take a moment only."""
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    wide = thing.shape_key_add(name="wide", from_mix=False)
    wide.value = 0.0  # where Blender 5.0 and newer begin at 1
    for point in wide.data:
        point.co.x *= 1.5
    settings = blender.context.scene.clipmatrix
    settings.steps, settings.views, settings.texture_size, settings.update_every = steps, 1, "64", 0.0
    return thing


def test_a_job_goes_from_generate_to_an_accepted_take(blender, scenes, rooms, session, backend):
    phase = connect(blender, rooms, session, backend.address)
    assert session.state is phase.IDLE, session.error
    thing = small_job(blender, scenes)
    vertices = [tuple(vertex.co) for vertex in thing.data.vertices]
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED))
    assert session.error is None
    assert session.summary.steps == 3
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert [tuple(vertex.co) for vertex in thing.data.vertices] == vertices
    keys = thing.data.shape_keys.key_blocks
    moved = np.array([a.co - b.co for a, b in zip(keys["ClipMatrix offsets"].data, keys["Basis"].data, strict=True)])
    assert np.isfinite(moved).all()
    assert np.abs(moved).max() > 0
    image = thing.material_slots[0].material.node_tree.nodes["ClipMatrix base colour"].image
    assert tuple(image.size) == (64, 64)
    assert len(thing.parent.clipmatrix_wardrobe.takes) == 2


def test_a_stopped_job_delivers_what_it_has_reached(blender, scenes, rooms, session, backend):
    phase = connect(blender, rooms, session, backend.address)
    small_job(blender, scenes, steps=10_000)
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.result is not None)
    blender.ops.clipmatrix.stop()
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED))
    assert session.error is None
    assert session.summary.stopped_early
    blender.ops.clipmatrix.discard()
    assert session.state is phase.IDLE


def test_a_job_is_paused_resumed_stopped_and_continued_from_where_it_stood(blender, scenes, rooms, session, backend):
    phase = connect(blender, rooms, session, backend.address)
    thing = small_job(blender, scenes, steps=10_000)
    before = fingerprint(blender)
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.result is not None)
    blender.ops.clipmatrix.pause()
    pump(session, lambda: session.state is phase.PAUSED)
    pump_for(session, 0.5)  # the step that was under way
    held = session.progress.step
    pump_for(session, 1.0)
    assert session.progress.step == held
    blender.ops.clipmatrix.resume()
    pump(session, lambda: session.progress.step > held)
    blender.ops.clipmatrix.stop()
    pump(session, lambda: session.state is phase.FINISHED and not session.is_writing)
    first = session.summary
    blender.context.scene.clipmatrix.steps = 2
    assert blender.ops.clipmatrix.carry_on() == {"FINISHED"}
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED) and not session.is_writing)
    assert session.error is None
    assert session.summary.steps == 2
    assert session.summary.similarity_before == pytest.approx(first.similarity_after, abs=0.01)
    blender.ops.clipmatrix.discard()
    blender.context.scene.clipmatrix.steps = 10_000
    assert differences(before, fingerprint(blender)) == []
    assert thing.data.shape_keys.key_blocks.keys() == ["Basis", "wide"]


def test_a_blender_that_is_killed_loses_nothing_that_its_file_and_the_backend_have(
    blender, scenes, rooms, session, backend, tmp_path
):
    small_job(blender, scenes, steps=10_000)
    path = str(tmp_path / "column.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    before = fingerprint(blender)
    command = [sys.executable, str(Path(__file__).with_name("grows.py")), path, backend.address]
    doomed = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "CLIPMATRIX_SECRET": SECRET}
    )
    try:
        assert doomed.stdout is not None
        assert "saved meanwhile\n" in iter(doomed.stdout.readline, "")
    finally:
        doomed.kill()
        doomed.wait()
        doomed.stdout.close()
    blender.ops.wm.open_mainfile(filepath=path)
    session.tick()
    saved = session.result
    assert saved is not None
    phase = connect(blender, rooms, session, backend.address)
    pump(session, lambda: session.state is phase.RUNNING and session.result is not saved)
    blender.ops.clipmatrix.stop()
    pump(session, lambda: session.state is phase.FINISHED and not session.is_writing)
    assert session.summary.steps > 1
    blender.ops.clipmatrix.discard()
    changes = [line for line in differences(before, fingerprint(blender)) if "filepath" not in line]
    assert changes == []


def shown_texture(thing):
    """What the first slot's material shows of the draft, (H, W, 3) uint8."""
    image = thing.material_slots[0].material.node_tree.nodes["ClipMatrix base colour"].image
    pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
    image.pixels.foreach_get(pixels)
    return np.rint(pixels.reshape(image.size[1], image.size[0], 4)[..., :3] * 255).astype(np.uint8)


def square(thing, face):
    """The texels of a face, which has a square of the UVs for itself."""
    corners = np.array([thing.data.uv_layers[0].uv[corner].vector for corner in face.loop_indices]) * 64
    (left, low), (right, high) = np.ceil(corners.min(0)).astype(int), np.floor(corners.max(0)).astype(int)
    return slice(low, high), slice(left, right)


def own_paint(blender, thing):
    """Give an object a material that shows noise, black and white; returns the bytes."""
    own = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    own[:16], own[16:32] = 0, 255
    image = blender.data.images.new("own", 64, 64)
    image.pixels.foreach_set(np.dstack([own / 255, np.ones((64, 64))]).astype(np.float32).ravel())
    image.pack()
    material = blender.data.materials.new("own")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    material.node_tree.links.new(node.outputs["Color"], material.node_tree.nodes["Principled BSDF"].inputs[0])
    thing.data.materials.append(material)
    return own


@pytest.mark.parametrize("start", ["CURRENT", "FRESH"])
def test_locked_faces_keep_the_artist_s_own_colours_bit_for_bit(blender, scenes, rooms, session, backend, start):
    phase = connect(blender, rooms, session, backend.address)
    thing = small_job(blender, scenes)
    own = own_paint(blender, thing)
    upper = [vertex.index for vertex in thing.data.vertices if vertex.co.z > 1.4]
    thing.vertex_groups.new(name="upper").add(upper, 1.0, "REPLACE")
    settings = blender.context.scene.clipmatrix
    lock = settings.locked.add()
    lock.kind, lock.region, settings.start = "GROUP", "upper", start
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED) and not session.is_writing)
    assert session.error is None
    texture, locked, free = shown_texture(thing), 0, 0
    for face in thing.data.polygons:
        same = np.array_equal(texture[square(thing, face)], own[square(thing, face)])
        if set(face.vertices) <= set(upper):
            assert same, face.index
            locked += 1
        else:
            free += not same
    assert locked > 40
    assert free > 20
    blender.ops.clipmatrix.discard()


def test_the_first_update_looks_like_the_artist_s_own_paint(blender, scenes, rooms, session, backend):
    phase = connect(blender, rooms, session, backend.address)
    thing = small_job(blender, scenes, steps=1)
    own = own_paint(blender, thing)
    settings = blender.context.scene.clipmatrix
    settings.vary_texture = 1e-6
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED) and not session.is_writing)
    assert session.error is None
    texture = shown_texture(thing)
    for face in thing.data.polygons:
        np.testing.assert_array_equal(texture[square(thing, face)], own[square(thing, face)])
    blender.ops.clipmatrix.discard()


def test_a_prompt_about_the_shape_alone_paints_nothing(blender, scenes, rooms, session, backend):
    phase = connect(blender, rooms, session, backend.address)
    thing = small_job(blender, scenes)
    own = blender.data.materials.new("light grey")
    own.use_nodes = True
    own.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.8, 0.8, 0.8, 1.0)
    thing.data.materials.append(own)
    settings = blender.context.scene.clipmatrix
    settings.prompt, settings.vary_material = "a fat column", 0.0
    settings.prompts[0].shading = "plain"
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED) and not session.is_writing)
    assert session.error is None
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert thing.data.shape_keys.key_blocks["ClipMatrix offsets"].value == 1.0
    assert thing.material_slots[0].material == own
    assert settings.vary_texture == 1.0


def test_a_wrong_secret_is_turned_away_in_words(blender, rooms, session, backend):
    phase = connect(blender, rooms, session, backend.address, "wrong")
    assert session.state is phase.REFUSED
    assert "secret" in session.error.message


def test_a_killed_backend_is_noticed_and_its_successor_asked_for_the_job(blender, scenes, rooms, session):
    doomed = Backend()
    phase = connect(blender, rooms, session, doomed.address)
    small_job(blender, scenes, steps=10_000)
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.result is not None)
    doomed.kill()
    pump(session, lambda: session.state is phase.LOST, seconds=20)
    assert session.result is not None
    heir = Backend(doomed.address)
    try:
        pump(session, lambda: session.state is phase.FAILED, seconds=30)
        assert "job" in session.error.message
        assert blender.ops.clipmatrix.accept() == {"FINISHED"}
        assert session.state is phase.IDLE
    finally:
        heir.close()
        doomed.process.stdout.close()
