"""What ``serve`` is told about computing reaches the job."""

import gc

import clipmatrix.guidance
import clipmatrix.render
import pytest
import torch
from clipmatrix.errors import UsageError
from clipmatrix.render import Renderer, visibility
from clipmatrix.server.computing import PRECISIONS, RENDERERS, Computing
from clipmatrix.server.services import real_services
from clipmatrix_protocol import Done

from .ball import ball_job


@pytest.fixture(autouse=True)
def threads():
    """Leave torch as it was: services set how many threads it has."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def run(**wishes: str) -> Done:
    services = real_services(Computing("cpu", 1, **wishes))
    services.warm_up()
    return services.optimise(ball_job("job", steps=2), lambda message: None, lambda: False)


def test_garbage_is_collected_after_the_warm_up_also_if_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    collecting = []

    def load(_spec: str, _device: torch.device) -> None:
        collecting.append(gc.isenabled())
        raise OSError("no weights")

    monkeypatch.setattr(clipmatrix.guidance, "load_tower", load)
    with pytest.raises(OSError, match="no weights"):
        real_services(Computing("cpu", 1)).warm_up()
    assert (collecting, gc.isenabled()) == ([False], True)


def test_precision_reaches_the_towers() -> None:
    usual, exact, halved = run(), run(precision="float32"), run(precision="bfloat16")
    assert (usual.summary.device, exact.summary.device) == ("cpu (1 thread)", "cpu (1 thread)")
    assert halved.summary.device == "cpu (1 thread, bfloat16)"
    assert usual.state.offsets[0].tobytes() == exact.state.offsets[0].tobytes()
    assert exact.summary.similarity_before != halved.summary.similarity_before
    assert exact.summary.similarity_before == pytest.approx(halved.summary.similarity_before, abs=0.01)


def test_the_renderer_reaches_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, seen = [], []

    def counted(*scene):
        seen.append(scene)
        return visibility(*scene)

    def found(name, device):
        asked.append((name, device.type))
        return Renderer("counted 1.0", counted)

    monkeypatch.setattr(clipmatrix.render, "find_renderer", found)
    assert run(renderer="pytorch3d").summary.versions["renderer"] == "counted 1.0"
    assert asked == [("pytorch3d", "cpu")]
    assert len(seen) > 2


def test_torch_is_the_renderer_unless_told_otherwise() -> None:
    assert run().summary.versions["renderer"] == "torch"


def test_what_nobody_can_do_is_refused_before_a_job_asks_for_it() -> None:
    for wishes in ({"renderer": "abacus"}, {"precision": "half"}, {"device": "abacus"}):
        with pytest.raises(UsageError):
            real_services(Computing(**{"device": "cpu", **wishes}))


def test_help_names_what_can_be_asked_for() -> None:
    from clipmatrix.guidance import precision
    from clipmatrix.render import renderers

    for said, names in ((RENDERERS, renderers.RENDERERS), (PRECISIONS, precision.PRECISIONS)):
        assert said.replace(" or ", ", ").split(", ") == list(names)
