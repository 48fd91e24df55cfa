"""Meshes as they come from scans, kits and importers go through a real backend, and come home finite and in place."""

import numpy as np
import pytest

from ..fingerprint import differences, fingerprint
from ..test_real_backend import connect, pump


def zero_area_faces(scenes):
    """Faces without area: two corners in one place, three on a line; and a face that is there twice."""
    thing = scenes.column()
    corners = [tuple(vertex.co) for vertex in thing.data.vertices]
    faces = [tuple(face.vertices) for face in thing.data.polygons]
    corners += [corners[0], (0, 0, 0), (1, 0, 0), (2, 0, 0)]
    last = len(corners)
    faces += [(0, 1, last - 4), (last - 3, last - 2, last - 1), (0, 1, 9)]
    return scenes.mesh("Rough", corners, faces)


def loose_vertices(scenes):
    """Vertices and an edge that belong to no face, one of them far away."""
    thing = scenes.column()
    thing.data.vertices.add(3)
    for index, place in enumerate(((50, 0, 0), (0, 0, 5), (0, 1, 5))):
        thing.data.vertices[-1 - index].co = place
    thing.data.edges.add(1)
    thing.data.edges[-1].vertices = (len(thing.data.vertices) - 1, len(thing.data.vertices) - 2)
    return thing


def one_triangle(scenes):
    """A single face."""
    return scenes.mesh("Flag", [(0, 0, 0), (1, 0, 0), (0, 0, 1)], [(0, 1, 2)])


def three_faces_at_an_edge(scenes):
    """An edge with three faces, and two cones that share nothing but their tip."""
    corners = [(0, 0, 0), (0, 0, 1), (1, 0, 0), (-1, 1, 0), (-1, -1, 0), (0, 1, 2), (1, 1, 2)]
    return scenes.mesh("Fin", corners, [(0, 1, 2), (0, 1, 3), (0, 1, 4), (1, 5, 6)])


def uvs_in_many_tiles(scenes):
    """UVs far outside of the image, mirrored and on top of one another."""
    thing = scenes.column()
    layer = thing.data.uv_layers[0]
    flat = np.empty(len(layer.uv) * 2, np.float32)
    layer.uv.foreach_get("vector", flat)
    flat.reshape(-1, 2)[::2] *= -3
    layer.uv.foreach_set("vector", flat + 7)
    return thing


def a_palette(scenes):
    """Each face's corners in one spot of the image, as low-poly kits paint theirs."""
    thing = scenes.column()
    layer = thing.data.uv_layers[0]
    for face in thing.data.polygons:
        for corner in face.loop_indices:
            layer.uv[corner].vector = ((face.index % 4) / 4 + 0.1 + 1e-3 * (corner % 2), 0.1 + 1e-3 * (corner % 3))
    return thing


def as_small_as_an_ant(scenes):
    """Three millimetres high."""
    thing = scenes.column()
    thing.scale = (1e-3, 1e-3, 1e-3)
    return thing


def as_large_as_a_ship(scenes):
    """Three kilometres high, and far from the origin."""
    thing = scenes.column()
    thing.scale, thing.location = (1e3, 1e3, 1e3), (5e3, 0, 0)
    return thing


ROUGH = (
    zero_area_faces, loose_vertices, one_triangle, three_faces_at_an_edge, uvs_in_many_tiles, a_palette,
    as_small_as_an_ant, as_large_as_a_ship,
)  # fmt: skip


@pytest.mark.parametrize("make", ROUGH, ids=lambda make: make.__name__.replace("_", " "))
def test_a_rough_mesh_comes_home(blender, scenes, rooms, backend, make):
    thing = make(scenes)
    scenes.select(thing)
    session = rooms("job.session").current()
    phase = connect(blender, rooms, session, backend.address)
    settings = blender.context.scene.clipmatrix
    settings.steps, settings.views, settings.texture_size, settings.update_every = 4, 1, "64", 0.0
    before = fingerprint(blender)
    blender.ops.clipmatrix.generate()
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED))
    assert session.error is None, session.error
    offsets, way = session.job.newest.offsets[0], session.job.binding.parts[0]
    assert np.isfinite(offsets).all()
    size = np.ptp([tuple(vertex.co) for vertex in thing.data.vertices if vertex.co.length < 20], axis=0).max()
    assert np.abs(offsets @ way.to_object.T).max() < 0.2 * size, "four steps move nothing far"
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
    assert differences(before, fingerprint(blender)) == []
