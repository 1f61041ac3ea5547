"""Makes the trained numbers of `coder`: `python -m registry.fingerprint.regional.training DIR…`.

Takes the pictures of the folders in the order of their names; the same pictures give the same numbers.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Picture
from registry.fingerprint.descriptors import INVERTED, MIRRORED, quantising_turn, rooted
from registry.fingerprint.regional.coder import Coder
from registry.fingerprint.regional.frame import work_frame
from registry.fingerprint.regional.keypoints import work_descriptors

_BITS = 64
_ROUNDS = 60
_DOUBTFUL = 0.2
"""So large a share of descriptors counts as near an axis' middle: of the others about one in a hundred changes sides in
a copy with grain, blur or strong JPEG."""

_SAMPLE = 40_000
_SEED = 20240607

_Matrix = NDArray[np.float64]


def trained(pictures: Iterable[Picture]) -> Coder:
    """A coder for keypoints like those of the pictures (RGB)."""
    descriptors = np.concatenate([work_descriptors(work_frame(picture)[0]) for picture in pictures])
    axes, doubt = _axes(rooted(descriptors))
    unturned = Coder(np.zeros(128, np.float32), np.zeros((128, _BITS), np.float32), axes, doubt)
    formed = rooted(unturned.one_form(descriptors).descriptors).astype(np.float64)
    mean = formed.mean(axis=0)
    projection = _turned(formed - mean)
    return Coder(mean.astype(np.float32), projection.astype(np.float32), axes, doubt)


def _axes(numbers: Floats) -> tuple[Floats, Floats]:
    """The directions that vary most among those that only a mirror reverses, and only an inversion; and their doubt."""
    mirror, inversion = np.eye(128)[MIRRORED], np.eye(128)[INVERTED]
    axes, doubt = [], []
    for reversed_by, kept_by in ((mirror, inversion), (inversion, mirror)):
        odd = (np.eye(128) - reversed_by) @ (np.eye(128) + kept_by) / 4
        seen = numbers.astype(np.float64) @ odd
        _, vectors = np.linalg.eigh(seen.T @ seen)
        axis = vectors[:, -1]
        # An eigenvector's sign is the linear algebra library's whim.
        axes.append(axis * np.sign(axis[np.argmax(np.abs(axis))]))
        doubt.append(np.quantile(np.abs(numbers @ axes[-1]), _DOUBTFUL))
    return np.array(axes, np.float32), np.array(doubt, np.float32)


def _turned(centred: _Matrix) -> _Matrix:
    """The 64 directions that vary most, turned so that signs lose least, the surest bit first."""
    rng = np.random.default_rng(_SEED)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    principal = vectors[:, ::-1][:, :_BITS]
    principal = principal * np.sign(principal[np.argmax(np.abs(principal), axis=0), np.arange(_BITS)])
    sample = centred[rng.permutation(len(centred))[:_SAMPLE]] @ principal
    turn = quantising_turn(sample, _ROUNDS, rng)
    surest = np.argsort(-np.abs(sample @ turn).mean(axis=0), kind="stable")
    turned: _Matrix = (principal @ turn)[:, surest]
    return turned


def _on_white(picture: Picture) -> Picture:
    """RGB as a registered picture is seen, from what OpenCV reads: grey, BGR, or BGR with transparency."""
    if picture.ndim == 2:
        return np.repeat(picture[:, :, None], 3, axis=2)
    colours = picture[:, :, 2::-1]
    if picture.shape[2] == 3:
        return colours
    covered = picture[:, :, 3:].astype(np.float32) / 255
    return np.round(colours * covered + 255 * (1 - covered)).astype(np.uint8)


def _pictures(folders: list[Path]) -> Iterable[Picture]:
    for folder in folders:
        for file in sorted(folder.iterdir()):
            picture = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
            if picture is not None and picture.dtype == np.uint8:
                yield _on_white(np.asarray(picture, np.uint8))


def main() -> None:
    """Writes the numbers beside the code that reads them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="pictures to learn from")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("coder.npz"))
    options = parser.parse_args()
    made = trained(_pictures(options.folders))
    np.savez_compressed(
        options.out,
        mean=made.mean.astype(np.float16),
        projection=made.projection.astype(np.float16),
        axes=made.axes.astype(np.float16),
        doubt=made.doubt.astype(np.float16),
    )


if __name__ == "__main__":
    main()
