"""A public log as anybody reads it: a prefix with C2SP's names under it, behind a URL or in a folder.

Nothing that comes from here is believed: lengths are bounded, and what was asked for is given as it came. A name that
isn't there is None, which is an answer; a place that can't be read raises PublicLogUnavailable, which is none.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from registry.errors import InvalidInput, PublicLogRefused, PublicLogUnavailable
from registry.log.names import TILE_WIDTH, BundleName, TileName
from registry.log.note import MAX_NOTE_CHARACTERS
from registry.proof.errors import ProofError
from registry.proof.merkle import HASH_BYTES
from registry.proof.statement import Genesis, parse_statement

if TYPE_CHECKING:
    import httpx

CHECKPOINT_NAME, GENESIS_NAME, ANCHORS_NAME = "checkpoint", "genesis.json", "anchors.jsonl"
ENTRY_BYTES = 2 + HASH_BYTES
"""An entry in a bundle: its length in two bytes, and itself."""

MAX_GENESIS_BYTES = 16_384
TIMEOUT_SECONDS = 20.0
ATTEMPTS = 4
_FIRST_PAUSE = 0.25
_NOT_THERE = (404, 410)
_MAX_PROBLEM_BYTES = 4096


class Prefix(Protocol):
    """Where a public log is kept."""

    def read(self, name: str, most: int) -> bytes | None:
        """The bytes under a name, None where there are none; raises PublicLogRefused beyond `most` bytes."""
        ...


class FolderPrefix:
    """A log in a folder, as `originmark log export` writes one."""

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise PublicLogUnavailable(f"There is no folder {directory}.")
        self._directory = directory

    def read(self, name: str, most: int) -> bytes | None:
        """The file's bytes."""
        try:
            with (self._directory / name).open("rb") as file:
                data = file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise PublicLogUnavailable(f"The log's file {name} can't be read: {error.strerror}.") from error
        return _bounded(name, data, most)


class ServedPrefix:
    """A log behind HTTP. What fails for a moment is asked again; redirects are not followed."""

    def __init__(self, url: str, client: "httpx.Client", wait: Callable[[float], None] = time.sleep) -> None:
        self._url, self._client, self._wait = url.rstrip("/"), client, wait

    def read(self, name: str, most: int) -> bytes | None:
        """The body that the server answers with."""
        said = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(_FIRST_PAUSE * 2**attempt)
            try:
                status, data = self._ask(name, most)
            except PublicLogUnavailable as error:
                said = error.message
                continue
            if status == 200:
                return _bounded(name, data, most)
            if status in _NOT_THERE:
                return None
            if _says_diverged(data):
                raise PublicLogRefused(f"The log's own server says of `{name}` that the log contradicts itself.")
            said = f"it answers {status}"
            if status < 500 and status != 429:
                break
        raise PublicLogUnavailable(f"The log doesn't give `{name}`: {said}.")

    def _ask(self, name: str, most: int) -> tuple[int, bytes]:
        """The status, and a byte more than is wanted at most; raises PublicLogUnavailable where nothing answers."""
        import httpx  # noqa: PLC0415 - folders are read without it

        data = bytearray()
        try:
            with self._client.stream("GET", f"{self._url}/{name}") as answer:
                most = most if answer.status_code == 200 else _MAX_PROBLEM_BYTES
                for piece in answer.iter_bytes():
                    data += piece[: most + 1 - len(data)]
                    if len(data) > most:
                        break
                return answer.status_code, bytes(data)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PublicLogUnavailable(type(error).__name__) from error


@contextmanager
def open_prefix(place: str) -> Iterator[Prefix]:
    """The log at a URL (`https://…/log`) or in a folder; raises PublicLogUnavailable where there is no such folder."""
    if not place.startswith(("http://", "https://")):
        yield FolderPrefix(Path(place))
        return
    import httpx  # noqa: PLC0415 - folders are read without it

    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
        yield ServedPrefix(place, client)


class PublicLog:
    """What is read under a prefix, in C2SP's terms. Shapes are checked here, contents by whoever asked."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix

    def genesis(self, log: bytes) -> tuple[Genesis, bytes]:
        """The genesis statement of the log that is expected, and its bytes; raises PublicLogRefused for another's."""
        data = self._prefix.read(GENESIS_NAME, MAX_GENESIS_BYTES)
        if data is None:
            raise PublicLogUnavailable(f"There is no `{GENESIS_NAME}` there, so it's no log of a registry.")
        try:
            genesis = parse_statement(data)
        except ProofError as error:
            raise PublicLogRefused(f"`{GENESIS_NAME}` is no genesis statement: {error}.") from error
        if not isinstance(genesis, Genesis):
            raise PublicLogRefused(f"`{GENESIS_NAME}` is no genesis statement.")
        if genesis.log != log:
            raise PublicLogRefused(f"This is another registry's log: {genesis.log.hex()}, not {log.hex()}.")
        return genesis, data

    def head(self) -> str:
        """The newest checkpoint's note, unchecked."""
        data = self._prefix.read(CHECKPOINT_NAME, MAX_NOTE_CHARACTERS)
        if data is None:
            raise PublicLogUnavailable("The log has no checkpoint yet.")
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise PublicLogRefused("The log's checkpoint is not UTF-8.") from error

    def anchors(self, most: int) -> bytes | None:
        """What an export says of its anchors, as it stands; None where there is nothing, as behind a server."""
        return self._prefix.read(ANCHORS_NAME, most)

    def tile(self, level: int, index: int, width: int) -> list[bytes] | None:
        """The first `width` hashes of a tile, from the full one where the partial one is gone.

        None where neither is there. Raises PublicLogRefused for one of another length.
        """
        data = self._either(TileName(level, index, width).path, TileName(level, index).path, width, HASH_BYTES)
        return None if data is None else [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]

    def entries(self, index: int, width: int) -> list[bytes] | None:
        """The first `width` entries of a bundle, as `tile` gives hashes. An entry of this product is 32 bytes."""
        data = self._either(BundleName(index, width).path, BundleName(index).path, width, ENTRY_BYTES)
        if data is None:
            return None
        length = HASH_BYTES.to_bytes(2, "big")
        if any(data[at : at + 2] != length for at in range(0, len(data), ENTRY_BYTES)):
            raise PublicLogRefused(f"The entries in `{BundleName(index, width).path}` are not of {HASH_BYTES} bytes.")
        return [data[at + 2 : at + ENTRY_BYTES] for at in range(0, len(data), ENTRY_BYTES)]

    def _either(self, partial: str, full: str, width: int, each: int) -> bytes | None:
        for name, wide in dict.fromkeys(((partial, width), (full, TILE_WIDTH))):
            data = self._prefix.read(name, wide * each)
            if data is not None:
                if len(data) != wide * each:
                    raise PublicLogRefused(f"`{name}` has {len(data):,} bytes, and not {wide * each:,}.")
                return data[: width * each]
        return None


def _says_diverged(data: bytes) -> bool:
    """Whether this is the problem by which a server of this product admits it."""
    try:
        problem = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(problem, dict) and problem.get("type") == "/problems/log-diverged"


def _bounded(name: str, data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise PublicLogRefused(f"`{name}` has more than {most:,} bytes.")
    return data


def parse_log_id(text: str) -> bytes:
    """A log's id from 64 hex digits; raises InvalidInput."""
    try:
        log = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        log = b""
    if len(log) != HASH_BYTES:
        raise InvalidInput(
            "A registry's id is 64 hex digits.", field="registry", remedy="`originmark status` prints this registry's."
        )
    return log
