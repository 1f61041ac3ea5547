"""`originmark withdraw` and `originmark erase`: how a work leaves."""

from typing import Annotated

import typer
from rich.markup import escape

from registry.assemble import open_registry
from registry.cli.anchoring import anchor_all
from registry.cli.output import DONE, Json, answers, notes, print_json, stamp, when
from registry.cli.works import find_work
from registry.errors import InvalidInput
from registry.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(withdraw)
    app.command()(erase)


def withdraw(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="The work's id.")],
    no_anchor: Annotated[bool, typer.Option("--no-anchor", help="Leave the anchoring to `serve` or `worker`.")] = False,
    as_json: Json = False,
) -> int:
    """Take a work back: it's matched no more, and that it was claimed stays provable."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        found = find_work(registry, work)
        receipt = registry.withdrawing.withdraw(found.id, None)
        if as_json:
            statement = registry.catalogue.withdrawal(found.id)
            print_json(
                {
                    "work": found.id,
                    "statement": None if statement is None else statement.decode(),
                    "status": "withdrawn" if found.withdrawn is None else "already withdrawn",
                    "index": receipt.index,
                    "entry": receipt.entry.hex(),
                    "received": stamp(receipt.received),
                    "anchor_by": stamp(receipt.anchor_by),
                }
            )
        else:
            already = "" if found.withdrawn is None else "already "
            answers.print(f"[green]✓[/] {found.id}  “{escape(found.description.title)}” is {already}withdrawn")
        if not no_anchor:
            anchor_all(registry, quiet=as_json)
    return DONE


def erase(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="The work's id.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    as_json: Json = False,
) -> int:
    """Erase a work for good: record, salts, codes, pictures. What stays is 32 bytes that mean nothing.

    Certificates that were written before stay valid, and this registry can't write them again.
    """
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        found = find_work(registry, work)
        if not yes:
            if as_json or not notes.is_terminal:
                raise InvalidInput(
                    "Erasing can't be undone.", field="yes", remedy="Say --yes where nobody can be asked."
                )
            notes.print(f"Erase {found.id} “{escape(found.description.title)}” for good? It can't be undone.")
            if not typer.confirm("Erase it", err=True):
                raise typer.Abort
        by = registry.withdrawing.erase(found.id, None)
    if as_json:
        print_json({"work": found.id, "status": "erased", "forgotten_by": stamp(by)})
    else:
        answers.print(
            f"[green]✓[/] {found.id} is erased; nothing of it is left in any file by {when(by)}, "
            "provided that `originmark serve` or `originmark worker` runs before"
        )
    return DONE
