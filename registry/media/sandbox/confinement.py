"""What keeps a worker from files, network and other processes, as the worker found by trying.

The parent never guesses it from the system's version: a worker puts the measures up, attempts what they forbid, and
reports with this type which of them answered. So a kernel without Landlock, a container that forbids it, and a library
that is missing all show in the log and wherever the server says how it is.
"""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """One way of refusing; each stands without the others."""

    SECCOMP = "seccomp"
    """The kernel refuses every call that isn't on a short list: none that names a file, a socket or a process."""

    LANDLOCK = "Landlock"
    """The kernel refuses to open, create, change or execute any file, and TCP where it is new enough."""

    LIMIT = "resource limit"
    """No descriptor can be had, and no file or socket is opened without one; files can still be removed and renamed."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """The measures that hold against each kind of act, the strongest first, and why others don't."""

    files: tuple[Measure, ...]
    network: tuple[Measure, ...]
    processes: tuple[Measure, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every measure that this program knows holds."""
        return not self.missing

    @property
    def by_the_kernel(self) -> bool:
        """Whether the kernel itself refuses files and network, and not only new descriptors."""
        strong = {Measure.SECCOMP, Measure.LANDLOCK}
        return bool(strong & set(self.files)) and bool(strong & set(self.network))

    def __str__(self) -> str:
        told = [
            f"{what}: {_listed(measures)}"
            for what, measures in (("files", self.files), ("network", self.network), ("processes", self.processes))
        ]
        return "; ".join([*told, *(f"without {reason}" for reason in self.missing)])


def _listed(measures: tuple[Measure, ...]) -> str:
    if measures == (Measure.LIMIT,):
        return f"{Measure.LIMIT} only"
    return ", ".join(measures) or "nothing"
