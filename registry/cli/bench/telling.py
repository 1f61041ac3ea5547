"""What a bench tells: the whole of it as JSON, and as tables for a person at a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from registry.cli.bench.attacks import ATTACKS
from registry.cli.bench.cost import Costs, Price
from registry.cli.bench.figures import Measured, Point
from registry.cli.bench.running import Trial
from registry.cli.output import table


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A bench's results. The first matcher is the one that most is told of."""

    trial: Trial
    measured: tuple[Measured, ...]
    cost: Costs

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders whose works were attacked."""
        return tuple(dict.fromkeys(subject.folder for subject in self.trial.attacked))

    @property
    def attacked_queries(self) -> int:
        """How many pictures were made of attacked works."""
        return len(self.trial.attacked) * len(ATTACKS)


def setting(point: Point) -> str:
    """What a point is measured at, in words."""
    return f"1 in {round(1 / point.rate):,}" if point.rate is not None else f"its own: {point.rule}"


def percent(share: float) -> str:
    """A share as people read it; never 100 unless it is all."""
    shown = f"{100 * share:.1f}"
    return "99.9" if shown == "100.0" and share < 1 else shown


def as_json(report: Report) -> dict[str, Any]:
    """Everything, for programs."""
    trial = report.trial
    return {
        "works": len(trial.works),
        "attacked": {folder: sum(one.folder == folder for one in trial.attacked) for folder in report.folders},
        "strangers": len(trial.strangers),
        "queries": len(trial.queries),
        "false_pairs": trial.false_pairs,
        "same_object_pairs": trial.same_pairs,
        "seed": trial.shared.seed,
        "attacks": [
            {"name": attack.name, "family": attack.family, "strength": attack.strength.value} for attack in ATTACKS
        ],
        "matchers": [_matcher(trial, one) for one in report.measured],
        "sift_milliseconds": report.cost.sift_milliseconds,
        "cost_among": report.cost.works,
        "cost": [
            {
                "matcher": cost.matcher,
                "of": cost.of,
                **asdict(cost.price),
                "stages": {stage: asdict(price) for stage, price in cost.stages.items()},
            }
            for cost in report.cost.costs
        ],
        "index_bytes_per_work": dict(report.cost.weights),
    }


def _matcher(trial: Trial, measured: Measured) -> dict[str, Any]:
    return {
        "name": measured.name,
        "points": [
            {
                "rate": point.rate,
                "rule": point.rule,
                "score": point.score,
                "false": point.false,
                "false_rate": point.false_rate,
                "same_object_found": point.same,
                "recall": {
                    folder: {
                        "all": point.folder(folder).share,
                        "asked": point.folder(folder).asked,
                        "by_attack": {attack: recall.share for attack, recall in attacks.items()},
                    }
                    for folder, attacks in point.recall.items()
                },
            }
            for point in measured.points
        ],
        "roc": {folder: [list(pair) for pair in curve] for folder, curve in measured.curves.items()},
        "highest_false": [
            {"query": trial.queries[pair.query].title, "work": trial.works[pair.work].title, "score": pair.score}
            for pair in measured.highest_false
        ],
    }


def screen(report: Report) -> Iterator[RenderableType]:
    """Everything a person wants to know at a terminal, in parts."""
    trial = report.trial
    yield Text.assemble(
        (f"{report.attacked_queries:,}", "bold"),
        f" copies of {len(trial.attacked):,} works and {len(trial.strangers):,} strangers, "
        f"held against {len(trial.works):,} works: {trial.false_pairs:,} pairs that don't belong together",
    )
    yield Padding(_side_by_side(report), (1, 0))
    yield Padding(_by_attack(report, report.measured[0]), (0, 0, 1, 0))
    yield Padding(_costs(report.cost), (0, 0, 1, 0))
    note = smallest_rate_note(report)
    if note:
        yield Text(note, "yellow")


def smallest_rate_note(report: Report) -> str:
    """A warning where there are fewer pairs than a rate needs to be seen; empty else."""
    asked = [point.rate for point in report.measured[0].points if point.rate is not None]
    if not asked or min(asked) * report.trial.false_pairs >= 1:
        return ""
    return (
        f"{report.trial.false_pairs:,} pairs can't show a rate of 1 in {round(1 / min(asked)):,}: there, no false "
        "match at all was allowed. Add works or strangers."
    )


def _side_by_side(report: Report) -> Table:
    """Recall of every matcher at every setting."""
    made = table("matcher", "false matches", *report.folders, "false pairs", "same object")
    for column in made.columns[2:]:
        column.justify = "right"
    for one in report.measured:
        for place, point in enumerate(one.points):
            made.add_row(
                Text(one.name if place == 0 else "", "bold"),
                setting(point),
                *(f"{percent(point.folder(folder).share)} %" for folder in report.folders),
                f"{point.false:,}",
                f"{point.same:,} of {report.trial.same_pairs:,}",
            )
    return made


def _by_attack(report: Report, measured: Measured) -> Table:
    """The recall of one matcher per attack, at every rate."""
    points = [point for point in measured.points if point.rate is not None]
    made = table(f"{measured.name}, per attack", "", *report.folders)
    for column in made.columns[2:]:
        column.justify, column.no_wrap = "right", True
    settings = Text(" / ".join(f"{point.rate:.0e}".replace("e-0", "e-") for point in points), "dim")
    made.add_row("", "", *(settings for _ in report.folders))
    for attack in ATTACKS:
        made.add_row(
            attack.name,
            Text(attack.strength.value, "dim"),
            *(_cell([point.recall[folder][attack.name].share for point in points]) for folder in report.folders),
        )
    return made


def _cell(shares: Sequence[float]) -> Text:
    colour = "green" if shares[0] >= 0.95 else "yellow" if shares[0] >= 0.75 else "red"
    return Text(" / ".join(f"{100 * share:.0f}" for share in shares), colour)


def _costs(costs: Costs) -> Table:
    made = table(
        f"cost among {costs.works:,} works", f"of SIFT alone ({costs.sift_milliseconds:.0f} ms)", "median", "p90", "ms"
    )
    for column in made.columns[2:]:
        column.justify = "right"
    for cost in costs.costs:
        made.add_row(cost.matcher, cost.of, *_figures(cost.price))
        for stage, price in cost.stages.items():
            made.add_row("", Text(f"  {stage}", "dim"), *(Text(figure, "dim") for figure in _figures(price)))
    for name, weight in costs.weights.items():
        made.add_row(name, "bytes for one work", "", "", f"{weight:,.0f}")
    return made


def _figures(price: Price) -> tuple[str, str, str]:
    return f"{price.median:.2f}×", f"{price.p90:.2f}×", f"{price.milliseconds:.1f}"
