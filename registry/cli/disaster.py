"""`originmark backup`, `restore` and `recover`: what is there for the day when something was lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from registry.archive.file import Archive
from registry.archive.manifest import Manifest
from registry.assemble import open_registry
from registry.backup import back_up, newest_backup
from registry.chains import VERSION, open_json_rpc
from registry.cli.output import DONE, NEGATIVE, Json, answers, notes, print_json, stamp, told, when
from registry.cli.progress import bars
from registry.clock import system_clock
from registry.errors import ChainAhead, InvalidInput
from registry.log.bundles import entries_in
from registry.proof.canonical import MAX_BYTES
from registry.recover.journey import Complete, Incomplete, open_recovery
from registry.restore import restore as bring_back
from registry.settings import Settings
from registry.standing import Ahead, Standing


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(backup)
    app.command()(restore)
    app.command()(recover)


def backup(
    context: typer.Context,
    place: Annotated[Path, typer.Argument(help="A new file, or a folder for one with a name of its own.")],
    with_keys: Annotated[
        bool,
        typer.Option("--with-keys", help="Put the registry's secret keys in as well, unencrypted: guard it like them."),
    ] = False,
    as_json: Json = False,
) -> int:
    """Back up the registry into one file, beside a running server: database, blobs, and the embedded chain.

    Without --with-keys the registry's keys are not in it: keep a copy of the folder `keys` elsewhere.
    """
    settings: Settings = context.obj
    with bars(hidden=as_json) as progress:
        made = back_up(settings, place, with_keys=with_keys, version=VERSION, clock=system_clock, progress=progress)
    manifest = made.manifest
    facts = {"path": str(made.path), "bytes": made.size, "keys": with_keys, **_facts(manifest)}
    if as_json:
        print_json(facts)
    else:
        answers.print(f"[green]✓[/] {escape(str(made.path))}  ", end="")
        answers.print(f"{manifest.entries:,} entries, {manifest.blobs:,} blobs, {made.size:,} bytes")
        if manifest.erased:
            answers.print(f"{manifest.erased:,} blobs were erased with their works meanwhile, and aren't in it")
        if with_keys:
            notes.print("[yellow]The keys are in it, unencrypted: whoever has this file can sign as this registry.[/]")
        else:
            notes.print(f"[yellow]The keys are not in it:[/] keep a copy of {settings.data_dir / 'keys'} elsewhere.")
            if settings.blob_keys:
                notes.print("[yellow]Nor is ORIGINMARK_BLOB_KEY, without which the blobs can't be opened.[/]")
    if manifest.missing:
        notes.print(
            f"[bold red]{len(manifest.missing):,} blobs are missing or damaged[/] where blobs are kept, "
            f"and so in the backup: {manifest.missing[0]}{' …' if len(manifest.missing) > 1 else ''}"
        )
        return NEGATIVE
    return DONE


def restore(
    context: typer.Context,
    place: Annotated[Path, typer.Argument(help="The backup, or a folder: then the newest in it.")],
    as_json: Json = False,
) -> int:
    """Restore a backup into an empty data directory and an empty database. Nothing is ever overwritten.

    All of it is checked before anything is written, and the log's root before it counts as done.
    """
    settings: Settings = context.obj
    path = newest_backup(place)
    with Archive(path) as archive, bars(hidden=as_json) as progress:
        restored = bring_back(settings, archive, progress)
    manifest = restored.manifest
    standing: Standing | None = None
    if restored.keys:
        with open_registry(settings) as registry:
            standing = registry.standing.ask()
    ahead = standing if isinstance(standing, Ahead) else None
    if as_json:
        print_json(
            {
                "path": str(path),
                "data": str(settings.data_dir),
                "keys": restored.keys,
                **_facts(manifest),
                "chain_ahead": None if ahead is None else {"chain": ahead.chain, "known": ahead.known},
            }
        )
        return DONE
    answers.print(
        f"[green]✓[/] restored {manifest.entries:,} entries and {manifest.blobs:,} blobs of {when(manifest.made)} "
        f"into {escape(str(settings.data_dir))}"
    )
    if not restored.keys:
        notes.print(f"[yellow]The backup has no keys:[/] put them into {settings.data_dir / 'keys'} before you start.")
    if ahead is not None:
        notes.print(f"[bold yellow]read-only[/] {told(ChainAhead(chain=ahead.chain, known=ahead.known))}")
    return DONE


def recover(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Claimants' certificates and receipts, and folders of .json files.")
    ] = None,
    tiles: Annotated[
        Path | None, typer.Option(help="An exported log or a mirror, whose entries fill what no file proves.")
    ] = None,
    anchored_only: Annotated[
        bool,
        typer.Option("--anchored-only", help="Leave out receipts beyond the last checkpoint that the chain has."),
    ] = False,
    as_json: Json = False,
) -> int:
    """Fill the hole that an old backup left: entries that the chain has and the database lacks; 1 if some are missing.

    All or nothing: until every entry is proven and gives the anchored root, nothing is written.
    """
    settings: Settings = context.obj
    with open_registry(settings) as registry, bars(hidden=as_json) as progress:
        # Nobody may anchor meanwhile; while the chain is ahead nobody can.
        with registry.leases.held(), open_json_rpc(settings) as request:
            outcome = open_recovery(request, registry, progress).recover(
                _evidence(files or []),
                lambda start, end: {} if tiles is None else entries_in(tiles, start, end),
                anchored_only=anchored_only,
                progress=progress,
            )
        standing = registry.standing.ask()
    if isinstance(standing, Ahead) and isinstance(outcome, Complete):
        raise ChainAhead(chain=standing.chain, known=standing.known)
    if as_json:
        print_json(_outcome_facts(outcome))
    else:
        _tell(outcome)
    return DONE if isinstance(outcome, Complete) else NEGATIVE


def _evidence(files: list[Path]) -> Iterator[tuple[str, bytes]]:
    """The files that are meant, with their bytes; no proof is longer than what is read."""
    for place in files:
        for path in sorted(place.rglob("*.json")) if place.is_dir() else [place]:
            try:
                with path.open("rb") as file:
                    yield str(path), file.read(MAX_BYTES + 1)
            except OSError as error:
                raise InvalidInput(
                    f"{path} can't be read: {error.strerror}.", field="files", remedy="Check the path."
                ) from error


def _outcome_facts(outcome: Complete | Incomplete) -> dict[str, object]:
    refused = [{"file": one.name, "why": one.why} for one in outcome.refused]
    match outcome:
        case Incomplete():
            missing = [[gap.start, gap.stop - 1] for gap in outcome.missing]
            return {
                "status": "incomplete",
                "entries": outcome.size,
                "anchored": outcome.chain,
                "missing": missing,
                "refused": refused,
            }
        case Complete():
            return {
                "status": "complete",
                "recovered": outcome.size - outcome.before,
                "entries": outcome.size,
                "anchored": outcome.chain,
                "works": [{"work": work.id, "index": work.receipt.index} for work in outcome.works],
                "left_out": [work.receipt.index for work in outcome.left],
                "refused": refused,
            }


def _tell(outcome: Complete | Incomplete) -> None:
    for one in outcome.refused:
        notes.print(f"[red]✗[/] {escape(one.name)}  ", end="")
        notes.print(one.why, markup=False)
    match outcome:
        case Incomplete():
            gaps = ", ".join(
                f"{gap.start:,}" if len(gap) == 1 else f"{gap.start:,} to {gap.stop - 1:,}" for gap in outcome.missing
            )
            answers.print(f"[yellow]missing[/] {gaps}")
            notes.print(
                f"The database has {outcome.size:,} entries, the chain {outcome.chain:,}. Nothing was written. Find "
                "certificates or receipts for these indices, or an exported log or mirror for --tiles."
            )
        case Complete():
            answers.print(
                f"[green]✓[/] {outcome.size - outcome.before:,} entries recovered, {len(outcome.works):,} of them as "
                f"works; the log has {outcome.size:,} entries, and {outcome.chain:,} give the anchored root"
            )
            if outcome.left:
                notes.print(
                    f"{len(outcome.left):,} works stand in the log only, since their account holds the same bytes again"
                )


def _facts(manifest: Manifest) -> dict[str, object]:
    checkpoint = manifest.checkpoint
    return {
        "registry_id": manifest.log.hex(),
        "version": manifest.version,
        "made": stamp(manifest.made),
        "entries": manifest.entries,
        "checkpoint": None if checkpoint is None else {"size": checkpoint.size, "root": checkpoint.root.hex()},
        "works": manifest.rows.get("works", 0),
        "blobs": manifest.blobs,
        "blobs_erased": manifest.erased,
        "blobs_missing": list(manifest.missing),
    }
