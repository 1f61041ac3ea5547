"""Plots: recall over the false-match rate as SVG, recall by family and strength, and a bar for every attack."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from registry.cli.bench.attacks import ATTACKS, Strength
from registry.cli.bench.figures import Measured, Point, Recall, total
from registry.cli.bench.telling import percent

Curve = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 480, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 44

_COLD, _WARM, _GOOD = (190, 70, 56), (236, 190, 92), (38, 140, 126)
_TURNING = 0.75
"""The recall that is neither good nor bad: colours turn here."""


def roc(folder: str, curves: Mapping[str, Curve], rates: Sequence[float]) -> str:
    """Recall over the false-match rate, a line for each matcher, the rates that were asked for marked."""
    every = [rate for curve in curves.values() for rate, _ in curve]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    high = max(high, low + 1)

    def x(rate: float) -> float:
        return _LEFT + (math.log10(rate) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def y(recall: float) -> float:
        return _TOP + (1 - recall) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Recall over the false-match rate, {escape(folder)}">'
    ]
    for tenth in range(0, 11, 2):
        level = y(tenth / 10)
        parts.append(f'<line class="grid" x1="{_LEFT}" y1="{level:.1f}" x2="{_WIDTH - _RIGHT}" y2="{level:.1f}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{tenth * 10}</text>')
    for power in range(low, high + 1):
        across = x(10.0**power)
        parts.append(f'<line class="grid" x1="{across:.1f}" y1="{_TOP}" x2="{across:.1f}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(
            f'<text class="tick" x="{across:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
            f'10<tspan class="power" dy="-5">{power}</tspan></text>'
        )
    parts += [
        f'<line class="asked" x1="{x(rate):.1f}" y1="{_TOP}" x2="{x(rate):.1f}" y2="{_HEIGHT - _BOTTOM}"/>'
        for rate in rates
        if 10.0**low <= rate <= 10.0**high
    ]
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text class="axis" x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">false matches, share of pairs</text>'
    )
    for place, (name, curve) in enumerate(curves.items()):
        points = " ".join(f"{x(rate):.1f},{y(recall):.1f}" for rate, recall in curve)
        parts.append(f'<polyline class="line m{place}" points="{points}"><title>{escape(name)}</title></polyline>')
    parts.append("</svg>")
    return "".join(parts)


def legend(names: Sequence[str]) -> str:
    """Which colour is which matcher."""
    keys = (f'<li><i class="key m{place}"></i>{escape(name)}</li>' for place, name in enumerate(names))
    return f'<ul class="legend">{"".join(keys)}</ul>'


def heat(folder: str, point: Point) -> str:
    """Recall by family and strength; a family's attacks of one strength are counted together."""
    rows = []
    for family in dict.fromkeys(attack.family for attack in ATTACKS):
        cells = []
        for strength in Strength:
            names = [attack.name for attack in ATTACKS if (attack.family, attack.strength) == (family, strength)]
            cells.append(_cell(total(point.recall[folder][name] for name in names), names))
        rows.append(f'<tr><th scope="row">{escape(family)}</th>{"".join(cells)}</tr>')
    heads = "".join(f'<th scope="col">{strength.value}</th>' for strength in Strength)
    return (
        f'<table class="heat"><caption>{escape(folder)}</caption><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def bars(folders: Sequence[str], matchers: Sequence[tuple[Measured, Point]]) -> str:
    """A row for each attack, with a bar for each folder: the first matcher's recall, ticks for the others'."""
    heads = "".join(f"<span>{escape(folder)}</span>" for folder in folders)
    rows = [f'<div class="bars head"><b></b>{heads}</div>']
    for attack in ATTACKS:
        cells = []
        for folder in folders:
            shares = [point.recall[folder][attack.name].share for _, point in matchers]
            ticks = "".join(
                f'<i class="tickmark m{place}" style="left:{100 * share:.1f}%" '
                f'title="{escape(matchers[place][0].name)} {percent(share)} %"></i>'
                for place, share in enumerate(shares)
                if place
            )
            cells.append(
                f'<span class="bar"><i class="fill" '
                f'style="width:{100 * shares[0]:.1f}%;background:{_colour(shares[0])}"></i>{ticks}'
                f"<em>{_whole(shares[0])}</em></span>"
            )
        strength = f'<small class="{attack.strength.value}">{attack.strength.value}</small>'
        rows.append(f'<div class="bars"><b>{escape(attack.name)} {strength}</b>{"".join(cells)}</div>')
    return f'<div style="--folders:{len(folders)}">{"".join(rows)}</div>'


def _cell(recall: Recall, names: Sequence[str]) -> str:
    if not names:
        return '<td class="none"></td>'
    colour = _colour(recall.share)
    told = f"{', '.join(names)}: {recall.found} of {recall.asked}"
    return f'<td style="background:{colour}" title="{escape(told)}">{_whole(recall.share)}</td>'


def _whole(share: float) -> str:
    """Per cent without a fraction; 100 only where it is all."""
    return str(min(99, round(100 * share)) if share < 1 else 100)


def _colour(share: float) -> str:
    low, high, part = (
        (_COLD, _WARM, share / _TURNING) if share < _TURNING else (_WARM, _GOOD, (share - _TURNING) / (1 - _TURNING))
    )
    mixed = (round(one + (other - one) * part) for one, other in zip(low, high, strict=True))
    return f"rgb({','.join(map(str, mixed))})"
