"""`originmark check`: a listing's pictures against the registry."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from registry.accounts import Viewer
from registry.assemble import Registry, open_registry
from registry.cli.files import pictures_in, read_picture, write_file
from registry.cli.output import (
    DONE,
    ERROR,
    NEGATIVE,
    Json,
    answers,
    error_json,
    fail,
    notes,
    print_json,
    stamp,
    told,
    when,
)
from registry.errors import InvalidInput, OriginmarkError
from registry.findings import Check, Clear, Decision, Inconclusive, Match, Matched, Placement
from registry.listings import Listing
from registry.match.told import rarity, sentence, steps_of, words
from registry.settings import Settings
from registry.works import Part, Work, WorkId

COLOURS = {Decision.ALLOW: "green", Decision.REVIEW: "yellow", Decision.BLOCK: "red"}


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(check)


def check(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Pictures, and folders with pictures in them.")],
    seller: Annotated[str | None, typer.Option(help="The seller's account here, if it has one.")] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="See what this account sees, instead of private works too.")
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            help="Draw the picture and the work it shows into this file, a JPEG; for one picture.", dir_okay=False
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Check listing pictures: exits with 1 where any of them is to be reviewed or blocked."""
    settings: Settings = context.obj
    pictures = pictures_in(paths)
    if overlay is not None and len(pictures) > 1:
        raise InvalidInput(
            f"One overlay can't show {len(pictures)} pictures.", field="overlay", remedy="Check one picture at a time."
        )
    worst = DONE
    with open_registry(settings) as registry:
        viewer = Viewer(None, everything=True) if as_ is None else Viewer(registry.access.account(as_).id)
        for path in pictures:
            try:
                answer = registry.checking.check(read_picture(path), Listing(seller=seller), viewer)
            except OriginmarkError as error:
                worst = ERROR
                if as_json:
                    print_json({"path": str(path), **error_json(error)})
                else:
                    fail(f"{path}: {told(error)}")
                continue
            if answer.verdict.decision is not Decision.ALLOW:
                worst = max(worst, NEGATIVE)
            works = registry.checking.works_of(answer)
            parts = registry.catalogue.parts(works)
            if as_json:
                print_json(_as_json(path, answer, works, parts))
            else:
                _print(path, answer, works, parts, registry)
            if overlay is not None:
                draw(overlay, answer, works, viewer, registry)
    return worst


def draw(file: Path, answer: Check, works: dict[WorkId, Work], viewer: Viewer, registry: Registry) -> None:
    """Writes the overlay of the strongest match that can be drawn."""
    drawable = registry.showing.drawable(answer, works)
    if isinstance(answer.verdict, Matched) and drawable:
        strongest = next(match.work for match in answer.verdict.matches if match.work in drawable)
        write_file(file, registry.showing.overlay(answer.id, strongest, viewer), option="--overlay")
        notes.print(f"Drawn into {escape(str(file))}.")
    else:
        why = "where the work lies isn't known" if works else "no work was found"
        notes.print(f"Nothing was drawn: {why}.")


def _print(
    path: Path, answer: Check, works: dict[WorkId, Work], parts: dict[WorkId, list[Part]], registry: Registry
) -> None:
    decision = answer.verdict.decision
    answers.print(f"[bold {COLOURS[decision]}]{decision}[/]  {escape(str(path))}")
    match answer.verdict:
        case Clear(reasons=reasons) | Inconclusive(reasons=reasons):
            for reason in reasons:
                answers.print(f"  {escape(reason)}")
        case Matched(matches=matches):
            names = registry.access.names({work.account for work in works.values()})
            for match in matches:
                _print_match(match, works.get(match.work), parts.get(match.work, []), names)
    answers.print(f"  [dim]{answer.id}, against {answer.log_size:,} log entries on {when(answer.checked)}[/]")


def _print_match(match: Match, work: Work | None, parts: list[Part], names: dict[Any, str]) -> None:
    title = "" if work is None else f" “{escape(work.description.title)}” by {escape(names[work.account])}"
    since = "" if work is None else f", registered {when(work.registered)}"
    answers.print(f"  [{COLOURS[match.decision]}]{match.decision}[/] {match.work}{title}{since}")
    answers.print(f"    {match.kind}: {escape(sentence(match, _label(match, parts)))}")
    answers.print(f"    false match: {rarity(match.false_match_rate)}")
    for signal in match.signals:
        answers.print(f"    {signal.scheme}: {signal.said}")
    for reason in match.reasons:
        answers.print(f"    {escape(reason)}")


def _as_json(path: Path, answer: Check, works: dict[WorkId, Work], parts: dict[WorkId, list[Part]]) -> dict[str, Any]:
    verdict = answer.verdict
    return {
        "path": str(path),
        "check": answer.id,
        "verdict": type(verdict).__name__.lower(),
        "decision": verdict.decision,
        "reasons": list(verdict.reasons),
        "matches": [_match_json(match, works.get(match.work), parts.get(match.work, [])) for match in verdict.matches]
        if isinstance(verdict, Matched)
        else [],
        "feed_position": answer.feed_position,
        "log_size": answer.log_size,
        "checked": stamp(answer.checked),
    }


def _match_json(match: Match, work: Work | None, parts: list[Part]) -> dict[str, Any]:
    part = match.shown(parts)
    return {
        "work": match.work,
        "title": None if work is None else work.description.title,
        "registered": None if work is None else stamp(work.registered),
        "part": None if part is None else {"number": part.number, "kind": part.kind, "name": part.name},
        "decision": match.decision,
        "kind": match.kind,
        "told": sentence(match, _label(match, parts)),
        "same_bytes": match.same_bytes,
        "orientation": match.orientation,
        "placement": None if match.placement is None else _placement_json(match.placement),
        "false_match_rate": match.false_match_rate,
        "signals": [{**asdict(signal), "holds": signal.holds} for signal in match.signals],
        "reasons": list(match.reasons),
    }


def _placement_json(placement: Placement) -> dict[str, Any]:
    return {
        "transform": placement.transform,
        "region": placement.region,
        "shown": placement.shown,
        "covered": placement.covered,
        "steps": words(steps_of(placement)),
    }


def _label(match: Match, parts: list[Part]) -> str:
    shown = match.shown(parts)
    return "" if shown is None else shown.label
