"""`originmark accounts`: who declares and who asks."""

from typing import Annotated

import typer
from rich.markup import escape

from registry.assemble import open_registry
from registry.cli.output import DONE, Json, answers, print_json, stamp, table, when
from registry.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="Claimants, sellers and marketplaces.")
    group.command("create")(create)
    group.command("list")(list_accounts)
    app.add_typer(group, name="accounts")


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A unique name; it stands in every claim the account makes.")],
    as_json: Json = False,
) -> int:
    """Create an account."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        account = registry.access.create_account(name)
    if as_json:
        print_json({"account": account.id, "name": account.name, "created": stamp(account.created)})
    else:
        answers.print(f"{account.id}  {escape(account.name)}")
    return DONE


def list_accounts(context: typer.Context, as_json: Json = False) -> int:
    """List the accounts."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        accounts = registry.access.accounts()
    if as_json:
        for account in accounts:
            print_json({"account": account.id, "name": account.name, "created": stamp(account.created)})
        return DONE
    listing = table("account", "name", "created")
    for account in accounts:
        listing.add_row(account.id, escape(account.name), when(account.created))
    answers.print(listing if accounts else "No accounts yet. `originmark accounts create NAME` makes one.")
    return DONE
