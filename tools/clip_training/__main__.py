"""``python -m tools.clip_training embedded|companion|judge [--hours H] [--resume] [--data DIR] [--output DIR]``."""

import argparse
from pathlib import Path

from .architecture import RECIPES
from .export import WEIGHTS
from .train import train

parser = argparse.ArgumentParser(prog="python -m tools.clip_training", description=__doc__)
parser.add_argument("model", choices=sorted(RECIPES))
parser.add_argument("--hours", type=float, default=1.0, help="training time, earlier parts of a resumed run included")
parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in the data folder")
parser.add_argument("--data", type=Path, default=Path("training-data"), help="geometry buffers and checkpoints")
parser.add_argument("--output", type=Path, default=WEIGHTS, help="where a folder of the model's name gets the weights")
arguments = parser.parse_args()
train(RECIPES[arguments.model], arguments.data, arguments.hours, arguments.resume, arguments.output)
