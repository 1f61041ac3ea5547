"""The commands put together, and the one place where errors become a red line."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from registry.cli import (
    accounts,
    bench,
    certificate,
    check,
    demo,
    disaster,
    history,
    keys,
    leaving,
    ledger,
    log,
    refingerprint,
    register,
    serve,
    status,
    works,
)
from registry.cli.output import DONE, INTERRUPTED, fail, told
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


for module in (
    register,
    check,
    works,
    history,
    certificate,
    leaving,
    demo,
    bench,
    disaster,
    serve,
    status,
    ledger,
    accounts,
    keys,
    refingerprint,
    log,
):
    module.add_to(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line, this process's unless one is given, and returns its exit code."""
    gc.freeze()  # the libraries are here to stay: searching them for garbage takes a tenth of a long command's time
    try:
        code = app(arguments, standalone_mode=False)
    except OriginmarkError as error:
        return fail(told(error))
    except ProofError as error:
        return fail(f"That isn't a valid proof: {error}. Ask whoever gave it to you for the original file.")
    except typer.TyperException as error:
        return fail(f"{error.format_message().rstrip('.')}. `originmark --help` shows how.")
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def main() -> None:
    """The `originmark` command."""
    sys.exit(run())
