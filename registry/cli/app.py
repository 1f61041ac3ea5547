"""The commands put together, and the one place where errors become a red line."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from registry.cli import accounts, certificate, check, keys, register, serve, status, works
from registry.cli.output import fail, told
from registry.errors import OriginmarkError
from registry.proof.errors import ProofError
from registry.settings import read_settings

app = typer.Typer(
    name="originmark",
    help="A registry of original works: registered, timestamped on a chain, and checked against listings.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def begin(
    context: typer.Context,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where the registry lives. Also ORIGINMARK_DATA_DIR.", file_okay=False, show_default=False),
    ] = None,
) -> None:
    """Reads the settings once, for whichever command follows."""
    context.obj = read_settings(data_dir)


for module in (register, check, works, certificate, serve, status, accounts, keys):
    module.add_to(app)


def main() -> None:
    """The `originmark` command."""
    try:
        code = app(standalone_mode=False)
    except OriginmarkError as error:
        code = fail(told(error))
    except ProofError as error:
        code = fail(f"That isn't a valid proof: {error}. Ask whoever gave it to you for the original file.")
    except typer.TyperException as error:
        code = fail(f"{error.format_message().rstrip('.')}. `originmark --help` shows how.")
    except typer.Abort:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
