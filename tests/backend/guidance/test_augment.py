import torch
import torch.nn.functional as F
from clipmatrix.guidance import augment as room
from clipmatrix.guidance.augment import cropped, draw_crops, places

CPU = torch.device("cpu")


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def augment(pictures, copies, size, drawn_by):
    return cropped(pictures, draw_crops(len(pictures), copies, size, drawn_by))


def test_crops_come_in_the_order_of_their_pictures():
    pictures = torch.stack([torch.full((3, 32, 32), value) for value in (0.2, 0.8)])
    crops = augment(pictures, 3, 24, generator(0))
    assert crops.shape == (6, 3, 24, 24)
    assert torch.allclose(crops.mean(dim=(1, 2, 3)), torch.tensor([0.2] * 3 + [0.8] * 3))


def test_crops_are_upright_and_show_a_part_of_the_picture():
    ramp = torch.linspace(0, 1, 64)
    picture = torch.stack([ramp.expand(64, 64), ramp[:, None].expand(64, 64), torch.zeros(64, 64)])[None]
    crops = augment(picture, 16, 32, generator(1))
    assert (crops[:, 0, :, -4:].mean(dim=(1, 2)) > crops[:, 0, :, :4].mean(dim=(1, 2)) + 0.4).all()
    assert (crops[:, 1, -4:].mean(dim=(1, 2)) > crops[:, 1, :4].mean(dim=(1, 2)) + 0.4).all()
    assert (crops[:, 0].amax(dim=(1, 2)) - crops[:, 0].amin(dim=(1, 2)) < 0.99).any()


def test_straight_lines_stay_straight_in_a_tilted_crop():
    ramp = torch.linspace(-1, 1, 256)
    picture = (ramp[None, :] + 0.3 * ramp[:, None] > 0).float().expand(1, 3, 256, 256)
    crop = augment(picture, 1, 128, generator(2))[0, 0] > 0.5
    first = crop.float().argmax(dim=1).float()
    inner = (first > 0) & (first < 127)
    rows = torch.arange(128.0)[inner]
    design = torch.stack([rows, torch.ones_like(rows)], dim=1)
    fit = design @ torch.linalg.lstsq(design, first[inner, None]).solution
    assert inner.sum() > 60
    assert (fit[:, 0] - first[inner]).abs().max() < 1.5


def test_a_crop_has_its_corners_where_they_were_drawn():
    corners = torch.tensor(
        [[[-0.7, -0.9], [0.8, -0.6], [0.9, 0.7], [-0.5, 0.8]], [[-1, -1], [1, -1], [1, 1], [-1, 1.0]]]
    )
    square = torch.tensor([[0.0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]])
    mapped = square @ room._homographies(corners).transpose(1, 2)
    torch.testing.assert_close(mapped[..., :2] / mapped[..., 2:], corners)


def test_the_same_seed_draws_the_same_crops():
    picture = torch.rand(1, 3, 16, 16, generator=generator(3))
    assert torch.equal(augment(picture, 2, 16, generator(4)), augment(picture, 2, 16, generator(4)))


class OnApple(torch.Tensor):
    """Says that it is on an Apple GPU, where torch samples no borders before its version 2.13."""

    device = torch.device("mps")

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function is F.grid_sample and kwargs["padding_mode"] == "border":
            raise RuntimeError("MPS: Unsupported Border padding mode")
        return super().__torch_function__(function, types, args, kwargs or {})


def test_crops_that_look_beyond_a_picture_repeat_its_border_on_apples_gpus_too(monkeypatch):
    monkeypatch.setattr(room, "sent", lambda values, device: values)
    monkeypatch.setattr(room, "_pixels", lambda size, device, laid=room._pixels: laid(size, CPU))
    pictures = torch.rand(3, 3, 24, 40, generator=generator(5))
    crops = draw_crops(3, 8, 32, generator(6))
    assert places(crops, CPU).abs().max() > 1
    there = cropped(pictures.as_subclass(OnApple), crops).as_subclass(torch.Tensor)
    assert torch.allclose(there, cropped(pictures, crops), atol=1e-5)
