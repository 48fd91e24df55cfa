"""Results and takes wait while Blender renders or bakes, which read the scene all the time."""

import pytest

from .peer import finish, generate, pump, shown


class Working:
    """Blender's ``bpy.app`` while a job of a kind runs: without a window Blender runs none."""

    def __init__(self, app, kind):
        self.app, self.kind = app, kind

    def __getattr__(self, name):
        return getattr(self.app, name)

    def is_job_running(self, kind):
        return self.app.is_job_running(kind) or kind == self.kind


@pytest.mark.parametrize(("kind", "doing"), [("RENDER", "rendering"), ("OBJECT_BAKE", "baking")])
def test_a_result_waits_until_blender_is_done(blender, scenes, connected, peer, monkeypatch, kind, doing):
    scenes.character()
    generate(blender, connected, peer)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(blender, "app", Working(blender.app, kind))
        finish(connected, peer)
        pump(connected, peer, lambda: connected.waits)
        assert connected.waits == f"Blender is {doing}"
    pump(connected, peer, lambda: shown(blender) == 0.5)


def test_a_take_is_not_put_on_under_a_bake(blender, scenes, connected, peer, monkeypatch):
    scenes.character()
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    monkeypatch.setattr(blender, "app", Working(blender.app, "OBJECT_BAKE"))
    with pytest.raises(RuntimeError, match="Blender is baking"):
        blender.ops.clipmatrix.take_compare()
