"""Pictures on the page: the false pairs that scored highest, and some of the copies that were missed."""

import io
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from itertools import islice

from PIL import Image

from registry.cli.bench.asking import Process, Query
from registry.cli.bench.figures import Point
from registry.cli.bench.subjects import Subject, lot, picture_of
from registry.cli.bench.telling import Report
from registry.cli.files import read_picture

SHOWN = 12
"""So many pairs of each kind."""

_SIDE = 220

Pair = tuple[Query, Subject, str]
"""A picture that was asked about, a work, and a remark."""


def false_pairs(report: Report) -> list[Pair]:
    """The false pairs to which the first matcher gave the highest scores, whatever was made of them."""
    trial = report.trial
    return [
        (trial.queries[pair.query], trial.works[pair.work], f"score {pair.score:.4g}")
        for pair in report.measured[0].highest_false[:SHOWN]
    ]


def missed(report: Report, point: Point) -> list[Pair]:
    """Some of the copies that the first matcher didn't find, drawn by lot, each work once."""
    trial, answers = report.trial, report.trial.answers[0]

    def lots() -> Iterator[Pair]:
        seen: set[Subject] = set()
        asked = [query for query in trial.queries if query.attack is not None]
        scored = sorted(
            zip(asked, answers.true.tolist(), strict=True), key=lambda one: lot(trial.shared.seed, one[0].title)
        )
        for query, score in scored:
            if score <= point.score and query.subject not in seen:
                seen.add(query.subject)
                yield query, query.subject, str(query.attack)

    return list(islice(lots(), SHOWN))


def gallery(report: Report, pairs: Iterable[Pair]) -> str:
    """Pairs of pictures, the one that was asked about on the left."""
    process = Process(replace(report.trial.shared, kept=()))
    figures = []
    for query, work, remark in pairs:
        asked = _image(picture_of(process.file(query)), query.title)
        registered = _image(picture_of(read_picture(work.path)), work.title)
        figures.append(
            f"<figure><div>{asked}{registered}</div><figcaption><b>{escape(remark)}</b> "
            f"{escape(query.title)} <span>and</span> {escape(work.title)}</figcaption></figure>"
        )
    return f'<div class="gallery">{"".join(figures)}</div>'


def _image(picture: Image.Image, title: str) -> str:
    picture.thumbnail((_SIDE, _SIDE))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    data = b64encode(file.getvalue()).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<img src="data:image/jpeg;base64,{data}" {size} alt="{escape(title)}">'
