"""Bars for long work, where somebody looks on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from registry.cli.output import notes

Told = Callable[[str, int, int], None]
"""Told (what is being done, so much so far, so much in all)."""


@contextmanager
def bars(*, hidden: bool) -> Iterator[Told]:
    """A bar for each thing that is done, as soon as it begins. What is printed to `notes` meanwhile stands above."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=notes, disable=hidden or not notes.is_terminal, transient=True) as shown:

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done, total=total)

        yield tell
