import pytest
import torch
from clipmatrix.render import mesh
from clipmatrix.render.antialias import antialias, crossings
from clipmatrix.render.silhouettes import find_cuts
from clipmatrix.render.visibility import visibility

SIZE = 16
SQUARE = torch.tensor([[0, 1, 2], [0, 2, 3]])


def drawn(corners: torch.Tensor, w: float = 1.0) -> torch.Tensor:
    """Coverage (SIZE, SIZE) of a quad with corners (4, 2) in pixels, y down."""
    place = corners / SIZE * 2 - 1
    flat = torch.stack([place[:, 0], -place[:, 1], torch.zeros(4).double(), torch.ones(4).double()], 1) * w
    surface = mesh(SQUARE, torch.zeros(2, 3, 2), torch.zeros(2, dtype=torch.int64))
    ids = visibility(flat[None].detach(), SQUARE, SIZE, SIZE)
    depth = torch.where(ids >= 0, w, torch.inf).double()
    clip = flat.t()[:, None]
    cut = crossings(clip, find_cuts(clip, surface, depth), SIZE, SIZE)
    return antialias((ids >= 0).double().view(1, -1), cut).view(SIZE, SIZE)


def box(left: float, top: float, right: float, bottom: float) -> torch.Tensor:
    return torch.tensor([[left, top], [left, bottom], [right, bottom], [right, top]]).double()


@pytest.mark.parametrize("edge", [4.0, 4.3, 4.5, 4.75, 5.0])
def test_a_pixel_cut_by_a_straight_edge_is_covered_by_its_share(edge):
    for sides in ((edge, -9, 30, 40), (-9, edge, 40, 30), (-9, -9, 16 - edge, 40), (-9, -9, 40, 16 - edge)):
        shares = drawn(box(*sides))
        total = (SIZE - edge) * SIZE
        assert shares.sum().item() == pytest.approx(total)
        assert ((shares > 1e-9) & (shares < 1 - 1e-9)).sum() <= SIZE


def test_the_whole_area_of_a_box_changes_with_its_sides():
    corners = box(3.2, 4.9, 11.4, 12.1).requires_grad_()
    (gradient,) = torch.autograd.grad(drawn(corners).sum(), corners)
    # one unit of area for each row or column of pixel centres that a side passes
    assert gradient[:2, 0].sum().item() == pytest.approx(-7)
    assert gradient[2:, 0].sum().item() == pytest.approx(7)
    assert gradient[[0, 3], 1].sum().item() == pytest.approx(-8)
    assert gradient[[1, 2], 1].sum().item() == pytest.approx(8)


@pytest.mark.parametrize("slope", [-1.0, -0.4, 0.3, 1.0])
def test_slanted_edges_are_blended_to_their_area(slope):
    corners = torch.tensor([[-20.0, 8.2 - 20 * slope], [-20, 60], [36, 60], [36, 8.2 + 36 * slope]]).double()
    fine = (torch.arange(SIZE * 32).double() + 0.5) / 32
    exact = (fine[:, None] > 8.2 + slope * fine).double().view(SIZE, 32, SIZE, 32).mean((1, 3))
    inner = (slice(1, -1), slice(1, -1))  # a crossing just outside of the picture has no pair of pixels to blend
    found, expected = drawn(corners)[inner], exact[inner]
    assert (found - expected).abs().max() < 0.13
    assert found.sum().item() == pytest.approx(expected.sum().item(), rel=5e-3)


def test_what_is_hidden_does_not_blend():
    near = box(2.0, 2.0, 14.0, 14.0)
    far = box(5.3, 5.3, 9.1, 9.1)
    place = torch.cat([near, far]) / SIZE * 2 - 1
    w = torch.tensor([1.0] * 4 + [2.0] * 4).double()
    clip = torch.stack([place[:, 0] * w, -place[:, 1] * w, 0 * w, w])
    triangles = torch.cat([SQUARE, SQUARE + 4])
    surface = mesh(triangles, torch.zeros(4, 3, 2), torch.zeros(4, dtype=torch.int64))
    seen = torch.full((1, SIZE, SIZE), torch.inf).double()
    seen[0, 2:14, 2:14] = 1.0
    cuts = find_cuts(clip[:, None], surface, seen)
    rows = torch.cat([cuts.inner, cuts.outer]) // SIZE
    columns = torch.cat([cuts.inner, cuts.outer]) % SIZE
    assert len(rows)
    assert ((rows <= 2) | (rows >= 13) | (columns <= 2) | (columns >= 13)).all()


def test_edges_know_their_faces():
    surface = mesh(SQUARE, torch.zeros(2, 3, 2), torch.zeros(2, dtype=torch.int64))
    shared = surface.edge_faces[:, 1] >= 0
    assert surface.edges[shared].tolist() == [[0, 2]]
    assert (~shared).sum() == 4
    first = surface.edge_faces[:, 0]
    corners = torch.cat([surface.edges, surface.opposite[:, None]], dim=1).sort(dim=1).values
    assert torch.equal(corners, SQUARE[first].sort(dim=1).values)
