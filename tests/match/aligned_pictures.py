"""Works drawn by code, and pictures that show them by a known map."""

import cv2
import numpy as np

from registry.features import QUERY_SIDE, WORK_SIDE, Edges, Hypotheses
from registry.fingerprint.regional.edges import work_edges


def drawn(seed: int) -> np.ndarray:
    """A work frame with a dozen shapes on it."""
    dice = np.random.default_rng(seed)
    frame = np.full((300, WORK_SIDE), int(dice.integers(150, 256)), np.uint8)
    for _ in range(12):
        centre = dice.uniform((30, 30), (WORK_SIDE - 30, 270))
        angles = np.sort(dice.uniform(0, 2 * np.pi, int(dice.integers(3, 7))))
        reach = dice.uniform(20, 70, (len(angles), 1))
        corners = centre + reach * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        cv2.fillPoly(frame, [np.round(corners).astype(np.int32)], int(dice.integers(0, 256)))
    return frame


def shown(frame: np.ndarray, transform: np.ndarray, ground: int = 230) -> np.ndarray:
    """A query frame that shows a work frame where an affine, or a projective, map says."""
    size = (QUERY_SIDE, QUERY_SIDE * 3 // 4)
    square = np.vstack([transform, [0, 0, 1]]) if len(transform) == 2 else transform
    # The picture is made four times as large and shrunk: thin sampling would leave jagged edges.
    large = np.diag([4, 4, 1.0]) @ np.array([[1, 0, 0.375], [0, 1, 0.375], [0, 0, 1]]) @ square
    picture = cv2.warpPerspective(frame, large, (size[0] * 4, size[1] * 4), borderValue=float(ground))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def similar(scale: float, degrees: float, onto: tuple[float, float], mirrored: bool = False) -> np.ndarray:
    """The map that turns and scales a drawn work about its middle, and puts that onto a point."""
    angle = np.deg2rad(degrees)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if mirrored:
        linear = linear @ np.diag([-1, 1])
    return np.column_stack([linear, np.array(onto) - linear @ _MIDDLE])


_MIDDLE = np.array([(WORK_SIDE - 1) / 2, 149.5])


def wrong_by(transform: np.ndarray, scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    """A guess at a map: the same after a small scaling, turn and shift of the work."""
    little = similar(scale, degrees, (_MIDDLE[0] + shift[0], _MIDDLE[1] + shift[1]))
    return transform @ np.vstack([little, [0, 0, 1]])


def guesses(transforms: list[np.ndarray], rows: list[int] | None = None) -> Hypotheses:
    """Hypotheses with a few votes each."""
    number = len(transforms)
    return Hypotheses(
        rows=np.array(list(range(number)) if rows is None else rows, dtype=np.int32),
        transforms=np.array(transforms).reshape(-1, 2, 3),
        votes=np.full(number, 2, dtype=np.float32),
        counts=np.full(number, 3, dtype=np.int32),
    )


def edges_of(*seeds: int) -> list[Edges]:
    """The edges of drawn works."""
    return [work_edges(drawn(seed)) for seed in seeds]
