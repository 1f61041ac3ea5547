"""SIFT's descriptors, whatever they are of: where their bins go in a mirror, their roots, and turns that suit signs.

SIFT's 128 numbers are gradients by place (4 × 4) and direction (8). In a mirror, and with light and dark swapped, the
same numbers stand in other bins.
"""

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats

_ROWS, _COLUMNS, _DIRECTIONS = (axis.ravel() for axis in np.mgrid[:4, :4, :8])


def _places(rows: NDArray[np.int64], columns: NDArray[np.int64], directions: NDArray[np.int64]) -> NDArray[np.int64]:
    return (rows * 4 + columns) * 8 + directions


MIRRORED = _places(3 - _ROWS, _COLUMNS, -_DIRECTIONS % 8)
"""Where the gradients of each bin are in a mirror."""

INVERTED = _places(3 - _ROWS, 3 - _COLUMNS, _DIRECTIONS)
"""Where they are once light and dark are swapped: the keypoint then points the opposite way, and within its turned
square gradients point as before."""


def rooted(descriptors: NDArray[np.uint8] | Floats) -> Floats:
    """RootSIFT: the square roots of shares of the whole, so that no strong edge outweighs all others.

    R. Arandjelović and A. Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012.
    """
    numbers = descriptors.astype(np.float32)
    return np.asarray(np.sqrt(numbers / (numbers.sum(axis=1, keepdims=True) + np.float32(1e-6))))


def quantising_turn(reduced: NDArray[np.float64], rounds: int, dice: np.random.Generator) -> NDArray[np.float64]:
    """The turn (k, k) of centred rows (n, k) after which their signs lose least.

    Iterative quantisation: Y. Gong and S. Lazebnik, CVPR 2011.
    """
    bits = reduced.shape[1]
    turn, _ = np.linalg.qr(dice.normal(size=(bits, bits)))
    for _ in range(rounds):
        left, _, right = np.linalg.svd(np.sign(reduced @ turn).T @ reduced)
        turn = (left @ right).T
    return np.asarray(turn)
