"""The models: open_clip configurations, and what else tells the guide's training from the judge's."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from clipmatrix.guidance.vocabulary import Vocabulary
from open_clip.model import CLIP
from torch import Tensor, nn

from .grammars import GUIDE, JUDGE, Grammar
from .meanings import AXES, LAYOUTS, PAINTS, UNSAID, VIEWS, Claims, Kind, Pictures

MEAN = (0.5, 0.5, 0.5)
STD = (0.28, 0.28, 0.28)
CONTEXT_LENGTH = 24
_EMBED_DIM = 128


@dataclass(frozen=True)
class Recipe:
    """One model's training.

    Attributes
    ----------
    name
        Of the model, its checkpoints and the folder of its weights.
    vision, text
        open_clip's ``vision_cfg``, and its ``text_cfg`` but for the vocabulary.
    grammar
        Whose words the captions are written in.
    seed
        Of the weights, the pictures and the captions.
    buffer_size, buffer_count
        Side and number of the geometry buffers; other bodies and poses for another seed.
    learning_rate
        The highest rate of AdamW.
    """

    name: str
    vision: dict[str, Any]
    text: dict[str, int]
    grammar: Grammar
    seed: int
    buffer_size: int
    buffer_count: int
    learning_rate: float


EMBEDDED = Recipe(
    name="embedded",
    # A transformer: ascending its gradients colours the whole body, where a ResNet is content with a part of it.
    vision={"image_size": 64, "patch_size": 8, "width": 96, "layers": 3, "head_width": 32},
    text={"width": 96, "heads": 3, "layers": 2},
    grammar=GUIDE,
    seed=23,
    buffer_size=80,
    buffer_count=3000,
    learning_rate=1.5e-3,
)

COMPANION = replace(
    EMBEDDED,
    name="companion",
    # Other bodies, more pixels, other patches than the first guide's: what fools one need not fool the other.
    vision={**EMBEDDED.vision, "image_size": 96, "patch_size": 12},
    seed=37,
    buffer_size=120,
)

JUDGING = Recipe(
    name="judge",
    # Four numbers of blocks make open_clip build its ResNet.
    vision={"image_size": 64, "layers": [1, 1, 2, 1], "width": 16, "head_width": 32},
    text={"width": 128, "heads": 4, "layers": 2},
    grammar=JUDGE,
    seed=11,
    buffer_size=80,
    buffer_count=4000,
    learning_rate=2e-3,
)

RECIPES = {recipe.name: recipe for recipe in (EMBEDDED, COMPANION, JUDGING)}


def model_config(recipe: Recipe, vocabulary: Vocabulary) -> dict[str, Any]:
    """open_clip's ``model_cfg``."""
    return {
        "embed_dim": _EMBED_DIM,
        "vision_cfg": dict(recipe.vision),
        "text_cfg": {
            "context_length": vocabulary.context_length,
            "vocab_size": len(vocabulary.token_ids),
            **recipe.text,
        },
    }


def build(recipe: Recipe, vocabulary: Vocabulary) -> CLIP:
    """The model with fresh weights."""
    config = model_config(recipe, vocabulary)
    return CLIP(config["embed_dim"], config["vision_cfg"], config["text_cfg"])


class AttributeHeads(nn.Module):
    """Linear read-outs of what a picture shows, used in training only: they tell the tower what there is to see."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = nn.Linear(_EMBED_DIM, LAYOUTS)
        self.first = nn.Linear(_EMBED_DIM, len(PAINTS))
        self.second = nn.Linear(_EMBED_DIM, len(PAINTS))
        self.finish = nn.Linear(_EMBED_DIM, 2)
        self.view = nn.Linear(_EMBED_DIM, len(VIEWS))
        self.body = nn.Linear(_EMBED_DIM, len(AXES))

    def forward(self, features: Tensor, pictures: Pictures) -> Tensor:
        """Loss of the read-outs on image features (B, D); what a picture lacks counts nothing."""
        loss = torch.zeros(())
        for name in ("kind", "first", "second", "finish", "view"):
            wanted = torch.from_numpy(getattr(pictures, name))
            if name == "kind":
                wanted = torch.where(wanted < LAYOUTS, wanted, -1)
            loss = loss + nn.functional.cross_entropy(getattr(self, name)(features), wanted, ignore_index=-1)
        places = torch.from_numpy(pictures.body)
        return loss + 4 * nn.functional.smooth_l1_loss(self.body(features), places, beta=0.3)

    def read_captions(self, features: Tensor, claims: Claims) -> Tensor:
        """Loss of the same read-outs on caption features (M, D), as long as image features are; unsaid counts nothing.

        Colours are read where the caption gives them an order.
        """
        ordered = np.isin(claims.kind, (Kind.PLAIN, Kind.GARMENTS, Kind.HALVES, Kind.SPOTS))
        ordered &= (claims.kind != Kind.SPOTS) | (claims.second != UNSAID)
        labels = {
            "kind": np.where(claims.kind < LAYOUTS, claims.kind, UNSAID),
            "first": np.where(ordered, claims.first, UNSAID),
            "second": np.where(ordered, claims.second, UNSAID),
        }
        loss = torch.zeros(())
        for name, wanted in labels.items():
            if (wanted >= 0).any():
                read = getattr(self, name)(features)
                loss = loss + nn.functional.cross_entropy(read, torch.from_numpy(wanted), ignore_index=UNSAID)
        return loss + self._stripes(features, claims)

    def _stripes(self, features: Tensor, claims: Claims) -> Tensor:
        """Captions that say stripes of no direction must read as stripes of either."""
        striped = torch.from_numpy(claims.kind == Kind.STRIPES)
        if not striped.any():
            return torch.zeros(())
        chances = self.kind(features[striped]).log_softmax(dim=1)
        return -torch.logaddexp(chances[:, Kind.ACROSS], chances[:, Kind.ALONG]).mean()
