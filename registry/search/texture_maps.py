"""How well what a picture shows agrees with a texture's map: in all shifts at once, and block by block."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from registry.features import TEXTURE_MAP, Floats

_WHITENING = 0.8
"""The power of its amplitude that a frequency is divided by: 1 would leave phases alone. At known scale and turn, 68,
80 and 83 % of attacked textures scored above 99 % of other works with 0, 0.5 and 0.8."""

_FINEST, _WIDEST = 0.8, 4.0
"""Deviations, in samples, of the Gaussians between which a map says something."""

_BLOCK = 32
_SEARCHED = 8
"""Samples that a block may lie away from where it ought to."""

_LEAST_PEAK = 4.0
_LEAST_BLOCKS = 4

Doubles = NDArray[np.float64]
_Spectra = NDArray[np.complexfloating]


def correlated(seen: Floats, maps: Floats) -> tuple[Doubles, Doubles, Doubles]:
    """Scores (n,), shifts (n, 2) in samples and signs (n,) of pictures (n, side, side) against maps of the same shape.

    Where there are fewer maps than pictures, each stands for so many pictures in a row.

    Sample x of the map is sample x + shift of the picture, round and round; the sign is -1 where dark and light change
    places.
    """
    side = maps.shape[-1]
    band = _band(side)
    shown, known = (_whitened(np.fft.rfft2(each) * band) for each in (seen, maps))
    known = known.repeat(len(seen) // len(maps), 0)
    surface = np.fft.irfft2(shown * np.conj(known), s=maps.shape[1:])
    flat = surface.reshape(len(surface), -1)
    at = np.abs(flat).argmax(axis=1)
    peaks = np.take_along_axis(flat, at[:, None], 1)[:, 0]
    rest = np.sqrt((flat.astype(np.float64) ** 2).mean(axis=1)) + 1e-12
    down, across = np.divmod(at, side)
    shifts = np.column_stack([across, down]).astype(np.float64)
    shifts[shifts >= side / 2] -= side
    return np.abs(peaks) / rest, shifts, np.where(peaks < 0, -1.0, 1.0)


def fitted(seen: Floats, expected: Floats) -> Doubles | None:
    """The affine map (2, 3), in samples, from what is expected to where it is seen; None where too little speaks.

    Weighted least squares over the blocks' shifts, thrice, ever less heed being paid to blocks that disagree.
    """
    blocks = TEXTURE_MAP // _BLOCK
    shape = (blocks, _BLOCK, blocks, _BLOCK)
    cut = [
        each.reshape(shape).transpose(0, 2, 1, 3).reshape(-1, _BLOCK, _BLOCK).astype(np.float32)
        for each in (seen, expected)
    ]
    whole = 2 * _BLOCK
    shown, known = (np.fft.rfft2(each - each.mean(axis=(1, 2), keepdims=True), s=(whole, whole)) for each in cut)
    surface = np.fft.irfft2(_whitened(shown * np.conj(known)), s=(whole, whole))
    noise = np.sqrt((surface**2).mean(axis=(1, 2))) + 1e-12
    span = 2 * _SEARCHED + 1
    near = np.roll(surface, (_SEARCHED, _SEARCHED), (1, 2))[:, :span, :span].reshape(len(surface), -1)
    down, across = np.divmod(near.argmax(axis=1), span)
    shifts = np.column_stack([across, down]) - float(_SEARCHED)
    weight = np.clip(near.max(axis=1) / noise - _LEAST_PEAK, 0, _LEAST_PEAK)
    if (weight > 0).sum() < _LEAST_BLOCKS:
        return None
    middle, half = (TEXTURE_MAP - 1) / 2, TEXTURE_MAP / 2
    row, column = np.divmod(np.arange(blocks**2), blocks)
    places = (np.column_stack([column, row]) * _BLOCK + (_BLOCK - 1) / 2 - middle) / half
    known_places = np.column_stack([np.ones(len(places)), places])
    # The ridge keeps four blocks in a row from saying what happens across the row.
    ridge = np.diag([0.05, 1.0, 1.0])
    trust = weight
    field = np.zeros((3, 2))
    for _ in range(3):
        weighed = known_places * trust[:, None]
        field = np.linalg.solve(weighed.T @ known_places + ridge, weighed.T @ shifts)
        trust = weight * np.exp(-(((shifts - known_places @ field) / 1.5) ** 2).sum(axis=1))
    bend = field[1:].T / half
    return np.column_stack([np.eye(2) + bend, field[0] - bend @ np.full(2, middle)])


def _whitened(spectra: _Spectra) -> _Spectra:
    amplitudes = np.abs(spectra)
    floor = 1e-3 * amplitudes.max(axis=(1, 2), keepdims=True) + 1e-9
    whitened: _Spectra = spectra / (amplitudes + floor) ** _WHITENING
    return whitened


@cache
def _band(side: int) -> Floats:
    """What is kept of each frequency of a map."""
    down = np.fft.fftfreq(side)[:, None] * 2 * np.pi
    across = np.fft.rfftfreq(side)[None] * 2 * np.pi
    square = down**2 + across**2
    kept: Floats = (np.exp(-square * _FINEST**2 / 2) * (1 - np.exp(-square * _WIDEST**2 / 2))).astype(np.float32)
    return kept
