"""A tower sees all pictures of a step at once."""

from dataclasses import replace

import clipmatrix_protocol as protocol
import torch
from clipmatrix.guidance.backgrounds import backgrounds
from clipmatrix.optimize.clip_loss import similarities
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.pictures import pictures
from clipmatrix.optimize.random_draws import draw
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read


def test_plain_and_textured_pictures_are_embedded_in_one_go_and_judged_apart(character, tower):
    settings = protocol.Settings(texture_size=64, resolution=64, views=2)
    brief = protocol.Brief((protocol.Prompt("a red skittle"),), settings=settings)
    scene = prepare(protocol.Submit("job", character, brief), (tower,), torch.device("cpu"))
    drawn = draw(scene, torch.Generator().manual_seed(0))
    images = pictures(read(begin(scene)), scene, drawn.views, backgrounds(drawn.behind, scene.surface.device))
    (guide,) = scene.guides

    def similarity(seen_by):
        with torch.no_grad():
            return similarities((seen_by,), drawn.views, images, ({},), drawn.crops)

    numbers = []
    hook = tower.model.visual.register_forward_hook(lambda _, seen, __: numbers.append(len(seen[0])))
    together = similarity(guide)
    hook.remove()
    (crops,) = drawn.crops
    assert numbers == [sum(len(crops[kind].homographies) for kind in ("textured", "plain"))]
    alone = [
        similarity(replace(guide, targets=replace(guide.targets, **{other: torch.zeros(1)})))
        for other in ("plain", "textured")
    ]
    torch.testing.assert_close(together, sum(alone))
    assert abs(alone[0] / alone[1] - 1) > 0.01
