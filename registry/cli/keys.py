"""`originmark keys`: API keys. A token is shown once, when it's made; only its hash is kept."""

from typing import Annotated

import typer
from rich.markup import escape

from registry.accounts import ApiKey, Scope
from registry.assemble import open_registry
from registry.cli.output import DONE, Json, answers, notes, print_json, stamp, table, when
from registry.settings import Settings

DAY = 24 * 3600


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="API keys.")
    group.command("create")(create)
    group.command("list")(list_keys)
    group.command("revoke")(revoke)
    app.add_typer(group, name="keys")


def create(
    context: typer.Context,
    account: Annotated[str | None, typer.Argument(help="Whose key it is.", show_default="local")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it allows; may be given more than once.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long it lasts.", show_default="until revoked")] = None,
    as_json: Json = False,
) -> int:
    """Create an API key, and show its token this once."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        owner = registry.access.account_or_default(account)
        scopes = scope or [Scope.REGISTER, Scope.CHECK]
        made = registry.access.create_key(owner, scopes, None if days is None else days * DAY)
    if as_json:
        print_json({**_as_json(made.key), "token": made.token})
        return DONE
    answers.print(made.token)
    notes.print(
        f"[dim]{made.key.id} of {escape(owner.name)}: {', '.join(sorted(scopes))}. Keep it: only its hash is.[/]"
    )
    return DONE


def list_keys(context: typer.Context, as_json: Json = False) -> int:
    """List the API keys, without their secrets."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        keys = registry.access.keys()
        names = registry.access.names({key.account for key in keys})
    if as_json:
        for key in keys:
            print_json(_as_json(key))
        return DONE
    listing = table("key", "account", "scopes", "created", "expires", "revoked")
    for key in keys:
        listing.add_row(
            key.id,
            escape(names[key.account]),
            ", ".join(sorted(key.scopes)),
            when(key.created),
            "–" if key.expires is None else when(key.expires),
            "–" if key.revoked is None else when(key.revoked),
        )
    answers.print(listing if keys else "No keys yet. `originmark keys create` makes one.")
    return DONE


def revoke(
    context: typer.Context, key: Annotated[str, typer.Argument(help="The key's id, key_….")], as_json: Json = False
) -> int:
    """Revoke an API key, from now on."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        registry.access.revoke_key(key)
    if as_json:
        print_json({"key": key, "revoked": True})
    else:
        answers.print(f"{key} is revoked.")
    return DONE


def _as_json(key: ApiKey) -> dict[str, object]:
    return {
        "key": key.id,
        "account": key.account,
        "scopes": sorted(key.scopes),
        "created": stamp(key.created),
        "expires": None if key.expires is None else stamp(key.expires),
        "revoked": None if key.revoked is None else stamp(key.revoked),
    }
