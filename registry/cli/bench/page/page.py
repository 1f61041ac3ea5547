"""The page: the figures that matter first, then what they are made of."""

from html import escape
from pathlib import Path

from registry.cli.bench.figures import Point
from registry.cli.bench.page.gallery import false_pairs, gallery, missed
from registry.cli.bench.page.plots import bars, heat, legend, roc
from registry.cli.bench.telling import Report, percent, setting, smallest_rate_note

_STYLE = Path(__file__).with_name("style.css")


def page(report: Report) -> str:
    """The whole page, as one file."""
    at = report.measured[0].points[0]
    parts = [
        _head(report, at),
        _section("Side by side", "Copies found, in per cent of those made.", _side_by_side(report)),
        _section(
            "Copies found over false matches",
            "The dashed lines are the rates that were asked for. Higher and further to the left is better.",
            legend([one.name for one in report.measured]) + f'<div class="plots">{_rocs(report)}</div>',
        ),
        _section(
            "By family and strength",
            f"{report.measured[0].name}, at {setting(at)} false matches, in per cent.",
            f'<div class="heats">{"".join(heat(folder, at) for folder in report.folders)}</div>',
        ),
        _section(
            "Every attack",
            f"At {setting(at)} false matches: the bar is {report.measured[0].name}; the ticks are the others.",
            legend([one.name for one in report.measured])
            + bars(report.folders, [(one, one.points[0]) for one in report.measured]),
        ),
        _costs(report),
        _pictures(report, at),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Originmark: bench of matching</title><style>{_STYLE.read_text('utf-8')}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(report: Report, at: Point) -> str:
    trial = report.trial
    cards = "".join(
        f"<li><strong>{percent(at.folder(folder).share)}<small>%</small></strong>{escape(folder)}"
        f"<span>{at.folder(folder).found:,} of {at.folder(folder).asked:,} copies</span></li>"
        for folder in report.folders
    )
    note = smallest_rate_note(report)
    warning = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        "<header><p>Originmark bench</p><h1>How well copies are found</h1>"
        f"<p>{report.attacked_queries:,} copies of {len(trial.attacked):,} works and {len(trial.strangers):,} "
        f"strangers were held against {len(trial.works):,} works: {trial.false_pairs:,} pairs that don't belong "
        "together.</p>"
        f'<ul class="cards">{cards}</ul>'
        f"<p>{escape(report.measured[0].name)}, at {setting(at)} false matches.</p>{warning}</header>"
    )


def _section(title: str, words: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(words)}</p>{body}</section>"


def _side_by_side(report: Report) -> str:
    heads = "".join(f'<th scope="col">{escape(folder)}</th>' for folder in report.folders)
    rows = []
    for one in report.measured:
        for place, point in enumerate(one.points):
            shares = "".join(f"<td>{percent(point.folder(folder).share)}</td>" for folder in report.folders)
            name = f'<th scope="rowgroup" rowspan="{len(one.points)}">{escape(one.name)}</th>' if place == 0 else ""
            rows.append(
                f"<tr>{name}<td>{escape(setting(point))}</td>{shares}<td>{point.false:,}</td>"
                f"<td>{point.same:,} of {report.trial.same_pairs:,}</td></tr>"
            )
    return (
        '<div class="wide"><table><thead><tr><th scope="col">matcher</th><th scope="col">false matches</th>'
        f'{heads}<th scope="col">false pairs</th><th scope="col">same object</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _rocs(report: Report) -> str:
    rates = [point.rate for point in report.measured[0].points if point.rate is not None]
    figures = (
        f"<figure><figcaption>{escape(folder)}</figcaption>"
        f"{roc(folder, {one.name: one.curves[folder] for one in report.measured}, rates)}</figure>"
        for folder in report.folders
    )
    return "".join(figures)


def _costs(report: Report) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(of)}</td><td>{price.median:.2f}×</td>'
        f"<td>{price.p90:.2f}×</td><td>{price.milliseconds:.1f}</td><td>{price.pictures:,}</td></tr>"
        for cost in report.cost.costs
        for name, of, price in (
            (cost.matcher, cost.of, cost.price),
            *(("", f"– {stage}", price) for stage, price in cost.stages.items()),
        )
    )
    table = (
        '<div class="wide"><table><thead><tr><th scope="col">matcher</th><th scope="col">of</th>'
        '<th scope="col">median</th><th scope="col">90 %</th><th scope="col">ms</th><th scope="col">pictures</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    words = (
        "Ratios to OpenCV's SIFT alone on the same picture at 384 pixels, in the same run "
        f"({report.cost.sift_milliseconds:.1f} ms at the median), among {report.cost.works:,} works. Bytes of an index "
        "for one work: " + ", ".join(f"{name} {weight:,.0f}" for name, weight in report.cost.weights.items()) + "."
    )
    return _section("Cost", words, table)


def _pictures(report: Report, at: Point) -> str:
    name = report.measured[0].name
    parts = []
    if wrong := false_pairs(report):
        words = f"The pairs to which {name} gives the highest scores although they aren't known to belong together."
        parts.append(_section("Nearest to a false match", words, gallery(report, wrong)))
    if lost := missed(report, at):
        words = f"Some of the copies that {name} doesn't find at {setting(at)} false matches, drawn by lot."
        parts.append(_section("Missed", words, gallery(report, lost)))
    return "".join(parts)
