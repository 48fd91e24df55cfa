"""Apple's GPUs have no float64, and before macOS 15 no int64 minima. A tensor without them stands in for theirs."""

import torch
from clipmatrix.render.mesh import mesh
from clipmatrix.render.relief import frame

CORNERS = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
TRIANGLES = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]


class There(torch.Tensor):
    """On a device without float64 and without int64 minima, until it is brought to the CPU."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        found = super().__torch_function__(function, types, args, kwargs or {})
        name = getattr(function, "__name__", "")
        if name.startswith("scatter_reduce") and args[0].dtype is torch.int64:
            raise TypeError("this device has no int64 minima")
        if name == "cpu":
            return found.as_subclass(torch.Tensor)
        for one in found if isinstance(found, tuple | list) else (found,):
            if isinstance(one, There) and one.dtype is torch.float64:
                raise TypeError("this device has no float64")
        return found


def there(values):
    return torch.tensor(values).as_subclass(There)


def test_a_mesh_and_the_frame_of_its_normal_map_need_nothing_that_is_not_there():
    uvs = torch.rand(4, 3, 2, generator=torch.Generator().manual_seed(0))
    slots = torch.zeros(4, dtype=torch.int64)
    here = mesh(torch.tensor(TRIANGLES), uvs, slots, torch.tensor(CORNERS))
    away = mesh(there(TRIANGLES), uvs.as_subclass(There), slots.as_subclass(There), there(CORNERS))
    assert here.closed is not None
    assert here.closed.tolist() == away.closed.tolist()
    assert torch.equal(frame(here).corners, frame(away).corners)
