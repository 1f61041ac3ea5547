"""Trains the numbers of `shape_coder` on the pictures of given folders: `python -m …shape_training DIR… --out FILE`.

The same pictures give the same numbers: everything random is seeded.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from registry.features import Floats
from registry.fingerprint.descriptors import quantising_turn, rooted
from registry.fingerprint.regional.coder import Descriptors
from registry.fingerprint.regional.contours import filled
from registry.fingerprint.regional.frame import work_frame
from registry.fingerprint.regional.shape_coder import VARIANTS
from registry.fingerprint.regional.shape_patches import patch_frames

BITS = 64
_ROUNDS = 40
_EACH = 24
"""Descriptors of a picture: a busy one must not outweigh a plain one."""


def descriptors_of(paths: list[Path]) -> Descriptors:
    """The descriptors of the shapes of pictures, transparent ones laid on white."""
    found = []
    for path in paths:
        with Image.open(path) as opened:
            layer = opened.convert("RGBA")
        layer.thumbnail((1024, 1024))
        ground = Image.new("RGBA", layer.size, "white")
        picture = np.asarray(Image.alpha_composite(ground, layer).convert("RGB"))
        frame, _ = work_frame(picture)
        found.append(patch_frames(frame, filled(frame, _EACH), 1, 0.8)[1][:_EACH])
    return np.concatenate(found)


def trained(descriptors: Descriptors, seed: int = 0) -> tuple[Floats, Floats]:
    """Mean (128,) and projection (128, 64): principal axes, turned by iterative quantisation.

    Each descriptor counts in all its variants, so that no bit leans to one side in a mirror.
    """
    roots = rooted(np.concatenate([descriptors[:, order] for order, _ in VARIANTS])).astype(np.float64)
    mean = roots.mean(axis=0)
    centred = roots - mean
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :BITS]
    reduced = centred @ axes
    turn = quantising_turn(reduced, _ROUNDS, np.random.default_rng(seed))
    return mean.astype(np.float32), (axes @ turn).astype(np.float32)


def main(arguments: list[str] | None = None) -> int:
    """Reads folders of pictures, writes the numbers."""
    parser = argparse.ArgumentParser(description="Train the codes of shapes.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("shape_coder.npz"))
    asked = parser.parse_args(arguments)
    paths = sorted(path for folder in asked.folders for path in folder.iterdir() if path.is_file())
    descriptors = descriptors_of(paths)
    mean, projection = trained(descriptors)
    np.savez_compressed(asked.out, mean=mean, projection=projection.astype(np.float16))
    sys.stdout.write(f"{len(descriptors)} shapes of {len(paths)} pictures: {asked.out.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
