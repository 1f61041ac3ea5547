"""Who hands files in to the sandbox, and waits for what comes back."""

from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Self

from registry.findings import Orientation, Placement
from registry.intake import jobs
from registry.intake.taken import Asked, Closer, Intake, Query
from registry.media.sandbox.confinement import Confinement
from registry.media.sandbox.pool import Limits, Sandbox
from registry.media.sniff import is_draft
from registry.works import Codes, Detail, Fingerprint, Ground, Part, PartKind, Recoded, TakenPart

if TYPE_CHECKING:
    from registry.media.budget import Budget


class IntakeDesk:
    """Takes files in; usable from any thread. `workers` is their number, one for each core unless told otherwise.

    Every method raises the `MediaError` that says why a file can't be taken in, or leaves it in its future.
    """

    def __init__(
        self, *, budget: "Budget | None" = None, limits: Limits | None = None, workers: int | None = None
    ) -> None:
        self._budget = budget
        self._sandbox = Sandbox(
            preload=jobs.PRELOAD,
            results=(
                Intake,
                Query,
                Asked,
                Closer,
                Recoded,
                TakenPart,
                Part,
                PartKind,
                Codes,
                Fingerprint,
                Detail,
                Ground,
                Orientation,
            ),
            workers=workers,
            limits=limits,
        )

    def start(self) -> None:
        """Has all workers started, and doesn't wait for them: for a server, whose first request finds them ready."""
        self._sandbox.start()

    @property
    def confinement(self) -> Confinement | None:
        """What keeps workers from files, network and processes; None until the first has reported."""
        return self._sandbox.confinement

    @property
    def workers(self) -> int:
        """How many files are read at once."""
        return self._sandbox.workers

    def take_in(self, data: bytes) -> Intake:
        """Reads a file to register, its canonical raster included."""
        return self.take_in_soon(data, keep=True).result()

    def take_in_soon(self, data: bytes, keep: bool) -> "Future[Intake]":
        """Queues a file to register; `keep` asks for its canonical raster."""
        return self._sandbox.submit(jobs.read_work, data, self._budget, keep, draft=is_draft(data))

    def look_at(self, data: bytes) -> Query:
        """Reads a listing picture to check."""
        return self.look_at_soon(data).result()

    def look_at_soon(self, data: bytes) -> "Future[Query]":
        """Queues a listing picture to check."""
        return self._sandbox.submit(jobs.read_query, data, self._budget, draft=is_draft(data))

    def look_closer_soon(self, asked: Asked) -> "Future[Closer]":
        """Queues a picture of a listing for what regional matching asks about it."""
        return self._sandbox.submit(jobs.read_closer, asked)

    def recode_soon(self, raster: bytes) -> "Future[tuple[Recoded, ...]]":
        """Queues a kept raster, for the codes of today's schemes."""
        return self._sandbox.submit(jobs.read_kept, raster)

    def overlay_soon(self, work: bytes, asked: bytes, placement: Placement) -> "Future[bytes]":
        """Queues two small JPEGs that match, to be drawn for a person."""
        return self._sandbox.submit(jobs.draw_overlay, work, asked, placement)

    def close(self) -> None:
        """Ends the worker processes."""
        self._sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
