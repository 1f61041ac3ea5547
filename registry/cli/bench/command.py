"""`originmark bench matching` performed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.cli.bench.cost import costs
from registry.cli.bench.figures import measured
from registry.cli.bench.labels import read_labels
from registry.cli.bench.matcher import Matcher
from registry.cli.bench.matchers import MATCHERS
from registry.cli.bench.page.page import page
from registry.cli.bench.running import Plan, run
from registry.cli.bench.subjects import subjects_in
from registry.cli.bench.telling import Report, screen
from registry.cli.bench.telling import as_json as whole
from registry.cli.files import write_file
from registry.cli.output import DONE, answers, notes, print_json
from registry.cli.progress import bars
from registry.errors import InvalidInput

LISTED = 200
"""So many of the highest-scoring false pairs are told, so that people can look at them."""

TIMED = 120
"""At most so many pictures of each kind are timed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    works: tuple[Path, ...]
    strangers: tuple[Path, ...]
    attacked: int
    rates: str
    same_object: Path | None
    seed: str
    workers: int | None
    crowd: int
    html: Path | None


def perform(asked: Asked, *, as_json: bool, matchers: Sequence[Matcher] = MATCHERS) -> int:
    """Measures and tells; returns the exit code."""
    rates = _rates(asked.rates)
    plan = Plan(
        works=tuple(subjects_in(asked.works)),
        strangers=tuple(subjects_in(asked.strangers)),
        labels=() if asked.same_object is None else read_labels(asked.same_object),
        attacked=asked.attacked,
        seed=asked.seed,
        workers=asked.workers or os.cpu_count() or 1,
    )
    if asked.html is not None:
        write_file(asked.html, b"")  # a place that can't be written to is told now, not after an hour
    with bars(hidden=as_json) as progress:
        trial = run(plan, matchers, progress)
        cost = costs(trial, asked.crowd, TIMED, progress)
    report = Report(trial, measured(trial, rates, LISTED), cost)
    for refused in trial.refused:
        if as_json:
            print_json({"path": str(refused.subject.path), "status": "failed", **refused.error})
        else:
            notes.print(f"{refused.subject.title} was left out: {refused.error['message']}", style="red", markup=False)
    if asked.html is not None:
        write_file(asked.html, page(report).encode())
    if as_json:
        print_json(whole(report))
        return DONE
    for part in screen(report):
        answers.print(part)
    if asked.html is not None:
        answers.print(f"Plots: {asked.html}", markup=False)
    return DONE


def _rates(text: str) -> tuple[float, ...]:
    try:
        rates = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        rates = ()
    if not rates or not all(0 < rate < 1 for rate in rates):
        raise InvalidInput(
            f"`{text}` are no false-match rates.", field="rates", remedy="Write numbers between 0 and 1: 1e-6,1e-5."
        )
    return rates
