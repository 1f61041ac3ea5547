"""Which files a command means, and what a manifest says of them."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from registry.errors import InvalidInput
from registry.media.budget import Budget
from registry.works import Description, Kind, Role, Visibility, WorkId

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif", ".heic", ".heif"}
    | {".svg", ".pdf", ".ai", ".psd", ".psb"}
)
"""What is taken from a folder. A file that is named itself is taken whatever its name; its bytes decide."""

MAX_FILE_BYTES = Budget().size

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Item:
    """A file to register, with what is said about it."""

    path: Path
    description: Description


def pictures_in(paths: Sequence[Path]) -> list[Path]:
    """The files that are meant, in a stable order: files as named, and pictures from folders at any depth."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(_walk(path))))
        elif path.exists():
            found[path] = None
        else:
            raise InvalidInput(f"There is no file {path}.", field="path", remedy="Check the path.")
    if not found:
        raise InvalidInput(
            "There are no pictures in there.",
            field="path",
            remedy=f"Name files, or folders with {', '.join(sorted(PICTURE_SUFFIXES))} files in them.",
        )
    return list(found)


def read_picture(path: Path) -> bytes:
    """The file's bytes; raises InvalidInput for one that can't be read."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InvalidInput(
                f"The file has {size:,} bytes; at most {MAX_FILE_BYTES:,} are taken.",
                field="path",
                remedy="Send a smaller version.",
            )
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"The file can't be read: {error.strerror}.", field="path", remedy="Check its permissions."
        ) from error


def write_file(path: Path, data: bytes, option: str = "-o") -> None:
    """Writes a file that was named by this option; raises InvalidInput where that can't be done."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInput(
            f"{path} can't be written: {error.strerror}.", field="output", remedy=f"Choose another with {option}."
        ) from error


def items_in(paths: Sequence[Path], title: str | None, common: Description) -> list[Item]:
    """What is registered where no manifest is given: each file under its own name, or the one title."""
    files = pictures_in(paths)
    if title is not None and len(files) > 1:
        raise InvalidInput(
            f"One title can't serve {len(files)} files.", field="title", remedy="Leave --title out, or use --manifest."
        )
    return [Item(path, replace(common, title=title or path.stem)) for path in files]


def items_of(manifest: Path, common: Description) -> list[Item]:
    """What a manifest lists: CSV with the columns path, title, kind, visibility, role, previous; all but path optional.

    Paths are relative to the manifest. An empty cell means what the command line says.
    """
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            columns = set(rows.fieldnames or ())
            unknown = columns - {"path", "title", "kind", "visibility", "role", "previous"}
            if "path" not in columns or unknown:
                raise InvalidInput(
                    f"The manifest {manifest} has the columns {', '.join(sorted(columns)) or 'none'}.",
                    field="manifest",
                    remedy="Use path, and any of title, kind, visibility, role, previous.",
                )
            items = [_item(row, number, manifest, common) for number, row in enumerate(rows, start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(
            f"The manifest {manifest} can't be read: {error}.", field="manifest", remedy="Save it as CSV in UTF-8."
        ) from error
    if not items:
        raise InvalidInput(f"The manifest {manifest} lists no files.", field="manifest", remedy="Add a row for each.")
    return items


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in PICTURE_SUFFIXES and path.is_file():
            yield path


def _item(row: dict[str, str | None], number: int, manifest: Path, common: Description) -> Item:
    where = f"line {number} of {manifest}"
    name = (row["path"] or "").strip()
    if not name or None in row:
        raise InvalidInput(f"There is no path, or a cell too many, in {where}.", field="manifest", remedy="Mend it.")
    path = manifest.parent / name
    previous = (row.get("previous") or "").strip()
    return Item(
        path,
        Description(
            title=(row.get("title") or "").strip() or path.stem,
            kind=_choice(Kind, row.get("kind"), where) or common.kind,
            visibility=_choice(Visibility, row.get("visibility"), where) or common.visibility,
            role=_choice(Role, row.get("role"), where) or common.role,
            previous=WorkId(previous) if previous else common.previous,
        ),
    )


def _choice(kind: type[Choice], text: str | None, where: str) -> Choice | None:
    cell = (text or "").strip().lower()
    if not cell:
        return None
    try:
        return kind(cell)
    except ValueError as error:
        choices = ", ".join(kind)
        raise InvalidInput(
            f"`{cell}` is none of {choices}, in {where}.", field="manifest", remedy="Mend it."
        ) from error
