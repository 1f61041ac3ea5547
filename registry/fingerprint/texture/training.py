"""Trains the codes of relief keypoints on pictures: `python -m registry.fingerprint.texture.training DIR… --out FILE`.

The same pictures give the same numbers: what is random is seeded.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from registry.features import Floats
from registry.fingerprint.descriptors import quantising_turn, rooted
from registry.fingerprint.texture.points import points_of
from registry.fingerprint.texture.relief import framed, relief_of

_BITS = 64
_ROUNDS = 40
_EACH = 200


def descriptors_of(path: Path) -> Floats:
    """Descriptors of a picture's relief, laid on white where it is transparent."""
    with Image.open(path) as opened:
        layer = opened.convert("RGBA")
    layer.thumbnail((1024, 1024))
    ground = Image.new("RGBA", layer.size, "white")
    picture = np.asarray(Image.alpha_composite(ground, layer).convert("RGB"))
    return points_of(relief_of(framed(picture)), _EACH)[1]


def trained(descriptors: Floats, seed: int = 0) -> tuple[Floats, Floats]:
    """Mean (128,) and axes (128, 64): principal axes, turned by iterative quantisation (Gong and Lazebnik, 2011)."""
    roots = rooted(descriptors).astype(np.float64)
    mean = roots.mean(axis=0)
    _, principal = np.linalg.eigh(np.cov((roots - mean).T))
    principal = principal[:, ::-1][:, :_BITS]
    reduced = (roots - mean) @ principal
    turn = quantising_turn(reduced, _ROUNDS, np.random.default_rng(seed))
    return mean.astype(np.float32), (principal @ turn).astype(np.float32)


def main() -> None:
    """Writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    files = sorted(path for folder in options.folders for path in folder.iterdir() if path.is_file())
    descriptors = np.concatenate([descriptors_of(path) for path in files])
    mean, axes = trained(descriptors)
    np.savez(options.out, mean=mean, axes=axes)
    sys.stdout.write(f"{len(descriptors)} descriptors of {len(files)} pictures\n")


if __name__ == "__main__":
    main()
