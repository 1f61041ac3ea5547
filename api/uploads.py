"""Reading an upload: one file and a few short fields, and not before whoever sends it was let in.

FastAPI would read the whole body first and ask for the key afterwards. So the form is read here, in a dependency that
comes after the caller's, and its shape is told to OpenAPI by `multipart`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from registry.errors import InvalidInput

MAX_FIELDS = 8
MAX_FIELD_BYTES = 4096
"""The longest of them, a title of 200 characters, has 800 bytes at most."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it lies in the form, and the fields beside it; the file is closed with the request."""

    file: UploadFile
    fields: Mapping[str, str]

    @property
    def stem(self) -> str:
        """The file's name without folders and ending, whichever system it comes from."""
        return PureWindowsPath(self.file.filename or "").stem

    def read(self) -> bytes:
        """All of the file. Call it in a thread, so that only as many files are in memory as there are threads."""
        return self.file.file.read()

    def field(self, name: str, *, longest: int) -> str | None:
        """A field's text, or None where it is missing or empty; raises InvalidInput for a long or strange one."""
        value = self.fields.get(name) or None
        if value is not None and (len(value) > longest or any(ord(character) < 32 for character in value)):
            raise InvalidInput(f"`{name}` has at most {longest} characters and no control characters.", field=name)
        return value


@asynccontextmanager
async def open_upload(request: Request, known: frozenset[str]) -> AsyncIterator[Upload]:
    """The form of a request: a file named `file`, and each of the `known` fields once at most."""
    async with request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES) as form:
        yield _upload(form, known)


def _upload(form: FormData, known: frozenset[str]) -> Upload:
    file: UploadFile | None = None
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name == "file" and isinstance(value, UploadFile):
            file = value
        elif isinstance(value, UploadFile) or name not in known:
            raise InvalidInput(
                f"There is no such field here: `{name[:40]}`.",
                field=name[:40],
                remedy=f"Known are: file, {', '.join(sorted(known))}.",
            )
        elif name in fields:
            raise InvalidInput(f"The field `{name}` comes twice.", field=name)
        else:
            fields[name] = value
    if file is None:
        raise InvalidInput(
            "There is no file in the request.",
            field="file",
            remedy="Send multipart/form-data with the picture in the field `file`, and a file name.",
        )
    return Upload(file=file, fields=fields)


def multipart(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The OpenAPI description of such a form."""
    properties = {"file": {"type": "string", "contentMediaType": "application/octet-stream"}, **fields}
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}
