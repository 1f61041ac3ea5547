"""`originmark register`: files and folders, many at once, safe to run again."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from registry.accounts import Account
from registry.assemble import Registry, open_registry
from registry.cli.anchoring import anchor_all
from registry.cli.files import Item, items_in, items_of, read_picture
from registry.cli.output import DONE, ERROR, Json, answers, error_json, notes, print_json, stamp, told, when
from registry.errors import InvalidInput, OriginmarkError
from registry.register import HandedIn, Registered, Similar, Submission
from registry.settings import Settings
from registry.works import Description, Detail, Keeping, Kind, Role, Visibility, WorkId

BATCH_FILES, BATCH_BYTES = 32, 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    item: Item
    result: Registered | OriginmarkError


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(register)


def register(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, and folders with pictures in them.")] = None,
    as_: Annotated[str | None, typer.Option("--as", help="The claimant's account.", show_default="local")] = None,
    title: Annotated[str | None, typer.Option(help="The title, for one file; else its name is.")] = None,
    kind: Annotated[Kind, typer.Option(help="What sort of work it is.")] = Kind.IMAGE,
    visibility: Annotated[Visibility, typer.Option(help="Who may learn that it's registered.")] = Visibility.PUBLIC,
    role: Annotated[Role, typer.Option(help="The claimant's role.")] = Role.AUTHOR,
    previous: Annotated[str | None, typer.Option(help="The earlier work that this is a version of.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="A CSV with a row for each file: path, title, kind, visibility, role, previous.")
    ] = None,
    no_raster: Annotated[
        bool,
        typer.Option("--no-raster", help="Keep no canonical raster: no later fingerprint scheme can know the work."),
    ] = False,
    keep_original: Annotated[
        bool, typer.Option("--keep-original", help="Keep the file itself, encrypted, to have it back.")
    ] = False,
    no_anchor: Annotated[bool, typer.Option("--no-anchor", help="Leave the anchoring to `serve` or `worker`.")] = False,
    as_json: Json = False,
) -> int:
    """Register original works: each becomes an entry in the log, with a receipt, and soon a time on the chain.

    Running it again is safe: what is registered stays the same work. One bad file doesn't stop the rest.
    """
    settings: Settings = context.obj
    common = Description(
        title="", kind=kind, visibility=visibility, role=role, previous=WorkId(previous) if previous else None
    )
    if (manifest is None) == (not paths):
        raise InvalidInput("Name files or folders, or a --manifest; not both.", field="path")
    items = items_of(manifest, common) if manifest is not None else items_in(paths or [], title, common)
    with open_registry(settings) as registry:
        account = registry.access.account_or_default(as_)
        keeping = Keeping(raster=not no_raster, original=keep_original)
        failed = _register_all(registry, account, items, keeping, as_json=as_json)
        if not no_anchor:
            anchor_all(registry, quiet=as_json)
    return ERROR if failed else DONE


def _register_all(registry: Registry, account: Account, items: list[Item], keeping: Keeping, *, as_json: bool) -> int:
    counts = {"registered": 0, "already there": 0, "failed": 0}
    failures: list[tuple[Item, OriginmarkError]] = []
    with _progress(hidden=as_json or not notes.is_terminal) as progress:
        task = progress.add_task("registering", total=len(items))
        for outcome in _outcomes(registry, account, items, keeping):
            match outcome.result:
                case Registered() as registered:
                    counts["registered" if registered.new else "already there"] += 1
                case OriginmarkError() as error:
                    counts["failed"] += 1
                    failures.append((outcome.item, error))
            _tell(outcome, progress, as_json=as_json)
            progress.advance(task)
    if as_json:
        print_json({"summary": counts})
        return counts["failed"]
    answers.print(", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "registered"))
    for item, error in failures:
        notes.print(f"[bold red]failed[/] {item.path}: ", end="")
        notes.print(told(error), markup=False)
    return counts["failed"]


def _outcomes(registry: Registry, account: Account, items: Iterable[Item], keeping: Keeping) -> Iterator[Outcome]:
    """Each file's outcome. While the workers read one batch, the one before is entered: nobody waits for the other."""
    ahead: list[tuple[Item, HandedIn]] = []
    for batch in _batches(items):
        behind, ahead = ahead, []
        for item, handed in _hand_in(registry, account, batch, keeping):
            if isinstance(handed, HandedIn):
                ahead.append((item, handed))
            else:
                yield Outcome(item, handed)
        yield from _enter(registry, behind)
    yield from _enter(registry, ahead)


def _hand_in(
    registry: Registry, account: Account, batch: Iterable[Item], keeping: Keeping
) -> list[tuple[Item, HandedIn | Registered | OriginmarkError]]:
    unreadable: list[tuple[Item, HandedIn | Registered | OriginmarkError]] = []
    items, submissions = [], []
    for item in batch:
        try:
            submissions.append(Submission(read_picture(item.path), item.description, keeping))
            items.append(item)
        except OriginmarkError as error:
            unreadable.append((item, error))
    return unreadable + list(zip(items, registry.registering.hand_in(submissions, account), strict=True))


def _enter(registry: Registry, ahead: list[tuple[Item, HandedIn]]) -> Iterator[Outcome]:
    outcomes = registry.registering.enter([handed for _, handed in ahead]) if ahead else []
    for (item, _), outcome in zip(ahead, outcomes, strict=True):
        yield Outcome(item, outcome)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """So many files that they share the cost of a transaction, and so few that two batches fit in memory."""
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        with contextlib.suppress(OSError):  # whoever reads the file will tell
            size += item.path.stat().st_size
        if len(batch) == BATCH_FILES or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


def _tell(outcome: Outcome, progress: Progress, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(outcome))
        return
    match outcome.result:
        case OriginmarkError() as error:
            progress.console.print(f"[red]✗[/] {outcome.item.path.name}  ", end="")
            progress.console.print(error.message, markup=False)
        case Registered() as registered:
            mark = "[green]✓[/]" if registered.new else "[dim]=[/]"
            progress.console.print(f"{mark} {registered.work.id}  ", end="")
            progress.console.print(outcome.item.path.name, markup=False)
            if registered.new and registered.work.detail is not Detail.DISTINCT:
                progress.console.print(
                    f"  [yellow]{registered.work.detail}[/]: too little of its own to be recognised by likeness;"
                    " it will be matched by its exact bytes only"
                )
            for similar in registered.similar:
                progress.console.print(f"  [yellow]similar[/] {_similar(similar)}")


def _similar(similar: Similar) -> str:
    how = (
        "the same bytes"
        if similar.same_bytes
        else f"{similar.pdq} of 256 bits by PDQ and {similar.phash} of 64 by pHash, {similar.orientation}"
    )
    return f"{similar.work.id}, registered {when(similar.work.registered)}: {how}"


def _as_json(outcome: Outcome) -> dict[str, Any]:
    told_of = {"path": str(outcome.item.path)}
    match outcome.result:
        case OriginmarkError() as error:
            return {**told_of, "status": "failed", **error_json(error)}
        case Registered() as registered:
            return {
                **told_of,
                "status": "registered" if registered.new else "already there",
                "work": registered.work.id,
                "index": registered.work.index,
                "entry": registered.work.entry.hex(),
                "sha256": registered.work.sha256.hex(),
                "detail": registered.work.detail,
                "received": stamp(registered.receipt.received),
                "anchor_by": stamp(registered.receipt.anchor_by),
                "similar": [
                    {
                        "work": similar.work.id,
                        "registered": stamp(similar.work.registered),
                        "same_bytes": similar.same_bytes,
                        "orientation": similar.orientation,
                        "pdq": similar.pdq,
                        "phash": similar.phash,
                    }
                    for similar in registered.similar
                ],
            }


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        """The rate over the last moments; a dash before the first file."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "–", style="dim")


def _progress(*, hidden: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=notes,
        disable=hidden,
        transient=True,
    )
