"""How much of a work's light is there again under one tone curve, as whoever lightens, inverts or prints it draws it.

Correlation asks for a straight line, and of eight steps of light even the work itself reaches only 0.92 of it. So the
curve is fitted: a cubic of the light that is shown, which may be inverted, with a slope across and down for lamps and
folds. By iterated weights, so that a sticker doesn't bend it: Beaton and Tukey, The fitting of power series (1974).
What a field is off beyond the half step that its encoding took from it counts.
"""

import numpy as np

from registry.features import TONE_SIDE, Floats

STEPS = 7
"""Between a work's darkest and lightest field (`tones-v1`)."""

_DEAD = 0.6
"""Steps that a field may be off without a reason: half of one was rounded away, and frames differ by a trifle."""

_ROUNDS = 3
_OFF = 1.0
"""Steps that a field is off where it is covered, or another's."""

_RIDGE = 1e-3
_LIGHTEST = 100.0
_SMALLEST = 1e-3

_PLACES = ((np.arange(TONE_SIDE) + 0.5) / TONE_SIDE - 0.5).astype(np.float32)
_DOWN, _ACROSS = (each.reshape(-1) for each in np.meshgrid(_PLACES, _PLACES, indexing="ij"))


def followed(light: Floats, shown: Floats, mask: Floats, contrast: Floats) -> tuple[Floats, Floats]:
    """How much of the light of n works is explained by what is shown, at most 1, and the share of fields that are off.

    `light` and `shown` (n, fields) are L*, of works as they were decoded; `mask` what is seen of them. `contrast` is
    how far fields of the works differ from what is nearby.
    """
    tone = shown / np.float32(_LIGHTEST) - np.float32(0.5)
    slopes = (np.broadcast_to(each, tone.shape) for each in (_ACROSS, _DOWN))
    terms = np.stack([np.ones_like(tone), tone, tone**2, tone**3, *slopes], axis=2)
    step = np.ptp(light, axis=1, keepdims=True) / STEPS + np.float32(_SMALLEST)
    weights, off = mask, light
    for _ in range(_ROUNDS):
        weighted = terms.transpose(0, 2, 1) * weights[:, None]
        normal = weighted @ terms + _RIDGE * np.eye(terms.shape[2], dtype=np.float32)
        off = light - (terms @ np.linalg.solve(normal, weighted @ light[:, :, None]))[:, :, 0]
        weights = mask / (1 + np.square(off / step))
    beyond = np.maximum(np.abs(off) / step - _DEAD, 0) * mask
    there = np.square(contrast / step * mask).sum(axis=1)
    explained = 1 - np.square(beyond).sum(axis=1) / np.maximum(there, _SMALLEST)
    share = (beyond > _OFF).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)
    return np.maximum(explained, -1).astype(np.float32), share.astype(np.float32)
