"""What workers asked of the kernel, as strace wrote it down: which file or socket one of them got, once confined.

A worker is what the zygote forked. It is confined when it reports so, by its first write to the socket it serves on.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRACED = "%file,%network,%process,write,memfd_create,pidfd_open,io_uring_setup"
"""Calls that name a file, a socket or a process, and the one that tells of the confinement."""

_CALL = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(\(| resumed>)(.*)")
_RESULT = re.compile(r" = (-?\d+)")
_UNFINISHED = " <unfinished ...>"

_FORKING = frozenset({"clone", "clone3", "fork", "vfork"})
_HARMLESS = frozenset({"write", "exit", "exit_group", "kill", "tgkill", "wait4", "waitid"})
"""They give nothing."""


def command(log: Path) -> list[str] | None:
    """What to put before a command to have it traced; None where that can't be done here."""
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        return None
    return [strace, "-f", "-qq", "--seccomp-bpf", "-s", "80", "-o", str(log), "-e", f"trace={TRACED}"]


@dataclass
class Trace:
    """`confined` are the workers that reported; `got` is what they were given afterwards, as strace wrote it."""

    confined: set[int] = field(default_factory=set)
    got: list[str] = field(default_factory=list)


def read(log: Path, zygote: int) -> Trace:
    """What the workers of this zygote did."""
    found, workers = Trace(), set[int]()
    for pid, call, arguments, result in _calls(log):
        told = f"{pid} {call}({arguments}"
        if call in _FORKING and result > 0:
            if pid == zygote:
                workers.add(result)
            elif pid in found.confined:
                found.confined.add(result)
                if "CLONE_THREAD" not in arguments:
                    found.got.append(told)
        elif call == "write" and pid in workers and arguments.startswith("3,"):
            found.confined.add(pid)
        elif pid in found.confined and call not in _HARMLESS and result >= 0:
            found.got.append(told)
    return found


def _calls(log: Path) -> Iterator[tuple[int, str, str, int]]:
    """Process or thread, call, its arguments with what follows, and its result."""
    begun: dict[int, str] = {}
    with log.open(errors="replace") as lines:
        for line in lines:
            seen = _CALL.match(line)
            if seen is None:
                continue  # a signal, or an end
            pid, call, how, rest = int(seen[1]), seen[2], seen[3], seen[4]
            if how == " resumed>":
                rest = begun.pop(pid, "") + rest
            if rest.endswith(_UNFINISHED):
                begun[pid] = rest.removesuffix(_UNFINISHED)
            elif result := _RESULT.search(rest):
                yield pid, call, rest, int(result[1])
