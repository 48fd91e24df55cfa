"""The smooth normals that a job sees are those that Blender shows."""

import numpy as np
import torch
from clipmatrix.bodies import load_figure
from clipmatrix.render.normals import vertex_normals


def polygons_of(blender, vertices, faces):
    """A smooth mesh of Blender's."""
    made = blender.data.meshes.new("Smooth")
    made.from_pydata(vertices.tolist(), [], faces.tolist())
    made.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    made.update()
    return made


def degrees_apart(blender, vertices, faces):
    """Between Blender's normals at vertices and ours, of the triangles that Blender cuts its polygons into."""
    made = polygons_of(blender, vertices, faces)
    shown = np.empty(3 * len(made.loops), np.float32)
    made.corner_normals.foreach_get("vector", shown)
    corners = np.empty(len(made.loops), np.int32)
    made.loops.foreach_get("vertex_index", corners)
    made.calc_loop_triangles()
    triangles = np.empty(3 * len(made.loop_triangles), np.int32)
    made.loop_triangles.foreach_get("vertices", triangles)
    places = torch.tensor(np.asarray(vertices, np.float32)).t()[:, None].contiguous()
    ours = vertex_normals(places, torch.tensor(triangles).view(-1, 3).long())[:, 0].t().double().numpy()
    theirs = shown.reshape(-1, 3).astype(np.float64)
    across = np.linalg.norm(np.cross(ours[corners], theirs), axis=1)
    return np.degrees(np.arctan2(across, (ours[corners] * theirs).sum(axis=1)))


def test_a_cube_has_blenders_normals(blender):
    blender.ops.mesh.primitive_cube_add()
    made = blender.context.object.data
    vertices = np.array([vertex.co[:] for vertex in made.vertices])
    faces = np.array([polygon.vertices[:] for polygon in made.polygons])
    assert degrees_apart(blender, vertices, faces).max() < 0.01


def test_triangles_have_blenders_normals(blender):
    figure = load_figure()
    triangles = np.concatenate([figure.faces[:, [0, 1, 2]], figure.faces[:, [0, 2, 3]]])
    assert degrees_apart(blender, figure.vertices, triangles).max() < 0.1


def test_quads_have_blenders_normals_as_far_as_they_are_flat(blender):
    """Weighted by area, the median is 1.6 degrees and one in a hundred is off by more than 15."""
    figure = load_figure()
    apart = degrees_apart(blender, figure.vertices, figure.faces)
    assert np.median(apart) < 1.0
    assert np.percentile(apart, 99) < 10.0
