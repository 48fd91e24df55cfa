import math
from dataclasses import replace

import pytest
import torch
from clipmatrix.render import Lights, Material, sky
from clipmatrix.render.normals import cross, unit
from clipmatrix.render.shading import DIELECTRIC, colour, irradiance, reflect

from .scenes import generator


def f64(*numbers):
    return torch.tensor(numbers).double()


def points(count=200):
    drawn = generator(0)
    normals, eyes, places = (unit(torch.randn(3, count, generator=drawn).double()) for _ in range(3))
    return normals, places, places + 3 * eyes


def textbook(normal, place, eye, base, roughness, metallic, light, strength):
    """Cook-Torrance for one point and one light, written out with the half vector; radiance."""
    view = (eye - place) / (eye - place).norm()
    normal = normal if normal @ view >= 0 else -normal
    cosine, seen = float(normal @ light), max(float(normal @ view), 1e-3)
    if cosine <= 0:
        return torch.zeros(3).double()
    half = (view + light) / (view + light).norm()
    alpha = roughness**2
    spread = float(normal @ half) ** 2 * (alpha**2 - 1) + 1
    distribution = alpha**2 / (math.pi * spread**2)
    visible = [2 * c / (c + math.sqrt(alpha**2 + (1 - alpha**2) * c * c)) for c in (cosine, seen)]
    head_on = DIELECTRIC * (1 - metallic) + base * metallic
    fresnel = head_on + (1 - head_on) * (1 - float(view @ half)) ** 5
    mirrored = distribution * visible[0] * visible[1] * fresnel / (4 * cosine * seen)
    return (base * (1 - metallic) / math.pi + mirrored) * cosine * math.pi * strength


@pytest.mark.parametrize(("roughness", "metallic"), [(0.2, 0.0), (0.6, 0.3), (1.0, 1.0)])
def test_suns_and_points_shine_as_the_textbook_says(roughness, metallic):
    normals, places, eyes = points()
    sun, lamp, colours = unit(f64(0.3, -0.7, 0.65)), f64(1.0, -2.0, 1.5), f64([1.0, 0.5, 0.2], [0.3, 0.6, 0.9])
    lights = Lights(torch.zeros(9, 3).double(), sun[None], colours[:1], lamp[None], colours[1:])
    material, base = Material(f64(roughness)[0], f64(metallic)[0]), f64(0.8, 0.4, 0.1)
    found = colour(reflect(normals, places, eyes, material, lights), base[:, None])
    for i in range(normals.shape[1]):
        if abs(normals[:, i] @ unit(eyes - places)[:, i]) < 0.02:
            continue
        ray = lamp - places[:, i]
        args = normals[:, i], places[:, i], eyes[:, i], base, roughness, metallic
        expected = textbook(*args, sun, colours[0]) + textbook(*args, ray / ray.norm(), colours[1] / (ray @ ray))
        assert torch.allclose(found[:, i], expected, rtol=1e-6, atol=1e-9)


def test_a_uniform_sky_shows_the_base_colour():
    normals, places, eyes = points()
    lights = sky(f64(1, 1, 1), f64(0, 0, 1), f64(0, 0, 0))
    material = Material(f64(1.0)[0], f64(0.0)[0])
    base = f64(0.2, 0.5, 0.9)
    seen = colour(reflect(normals, places, eyes, material, lights), base[:, None])
    assert torch.allclose(seen, (base + DIELECTRIC)[:, None].expand_as(seen))


def test_both_sides_of_a_surface_look_alike():
    normals, places, eyes = points()
    lights = sky(f64(0.2, 0.3, 0.4), unit(f64(0.3, -0.7, 0.65)), f64(1, 1, 1))
    material = Material(f64(0.4)[0], f64(0.5)[0])
    front, back = (reflect(side, places, eyes, material, lights) for side in (normals, -normals))
    assert torch.allclose(front.tinted, back.tinted)
    assert torch.allclose(front.clear, back.clear)


def test_a_uniform_sky_is_one_that_is_alike_in_all_directions():
    normals, places, eyes = points()
    uniform = sky(f64(0.2, 0.3, 0.4), unit(f64(0.3, -0.7, 0.65)), f64(1, 1, 1))
    harmonics = torch.zeros(9, 3).double()
    harmonics[0] = uniform.ambient[0]
    material = Material(f64(0.4)[0], f64(0.5)[0])
    found, expected = (
        reflect(normals, places, eyes, material, lights) for lights in (uniform, replace(uniform, ambient=harmonics))
    )
    assert torch.allclose(found.tinted, expected.tinted)
    assert torch.allclose(found.clear, expected.clear)


def test_ambient_light_from_above_lights_what_looks_up():
    coefficients = torch.zeros(9, 3).double()
    coefficients[0], coefficients[2] = 0.5, 0.4
    up, down = irradiance(coefficients, f64([0, 0], [0, 0], [1, -1])).unbind(1)
    assert torch.allclose(up, f64(0.9, 0.9, 0.9))
    assert torch.allclose(down, f64(0.1, 0.1, 0.1))


def test_cross_products_are_what_other_devices_leave_to_torch():
    one, other = torch.randn(2, 3, 2, 50, generator=generator(0)).double()
    assert torch.allclose(cross(one, other), torch.linalg.cross(one, other, dim=0))
