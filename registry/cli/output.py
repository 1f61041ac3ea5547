"""What the command line prints: answers on standard output, everything else on standard error.

With `--json` an answer is one line of JSON for each thing told, and nothing else goes to standard output.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from registry.clock import Seconds
from registry.errors import OriginmarkError

DONE, NEGATIVE, ERROR, INTERRUPTED = 0, 1, 2, 130

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one line for each thing told.")]

answers = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def when(seconds: Seconds) -> str:
    """A moment in UTC, as people read it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def stamp(seconds: Seconds) -> str:
    """A moment in UTC as RFC 3339 writes it, for JSON."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def table(*columns: str) -> Table:
    """A plain table with these headings; the first column names the row, so it stays in one piece to be copied."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        made.add_column(column, overflow="fold", no_wrap=place == 0)
    return made


def told(error: OriginmarkError) -> str:
    """An error in one line: what is wrong, and what to do next."""
    return f"{error.message} {error.remedy}".strip()


def error_json(error: OriginmarkError) -> dict[str, str]:
    """An error for programs."""
    return {"error": type(error).__name__, "message": error.message, "remedy": error.remedy}


def fail(message: str) -> int:
    """Prints one red line, and gives the exit code of an error."""
    notes.print(f"[bold red]error[/] {_plain(message)}")
    return ERROR


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("[", r"\[")
