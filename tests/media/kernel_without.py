"""A program on a kernel that lacks measures: `python -m tests.media.kernel_without [landlock] [seccomp] [limit]`.

The system calls that the measures are made of are refused from the start, as a container's filter or an older kernel
does it. Then a sandbox is started, and what its workers report and can do is printed as JSON.
"""

import builtins
import ctypes
import errno
import json
import resource
import sys

from registry.errors import WorkerDied
from registry.media.sandbox.pool import Sandbox

ALLOW, REFUSE = 0x7FFF0000, 0x00050000
EQUAL, NOT_EQUAL = 4, 1
PR_SET_SECCOMP = 22


class Condition(ctypes.Structure):
    """struct scmp_arg_cmp."""

    _fields_ = (
        ("place", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("with_", ctypes.c_uint64),
        ("masked", ctypes.c_uint64),
    )


CALLS: dict[str, list[tuple[bytes, int, list[tuple[int, int, int]]]]] = {
    "landlock": [(b"landlock_create_ruleset", errno.ENOSYS, [])],
    "seccomp": [(b"seccomp", errno.EPERM, []), (b"prctl", errno.EPERM, [(0, EQUAL, PR_SET_SECCOMP)])],
    "limit": [(b"prlimit64", errno.EPERM, [(1, EQUAL, resource.RLIMIT_NOFILE), (2, NOT_EQUAL, 0)])],
}
"""Of each measure: the calls, the error that they end with, and the arguments that they are refused for."""


def do_without(measures: list[str]) -> None:
    """Refuses what these measures are made of, in this process and all that it starts."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    refusing = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    for measure in measures:
        for name, error, conditions in CALLS[measure]:
            array = (Condition * len(conditions))(*(Condition(*condition, 0) for condition in conditions))
            number = library.seccomp_syscall_resolve_name(name)
            if library.seccomp_rule_add_array(refusing, ctypes.c_uint32(REFUSE | error), number, len(array), array):
                sys.exit(f"{name!r} can't be refused")
    if library.seccomp_load(refusing):
        sys.exit("libseccomp can't load a filter here")


def attempt(sandbox: Sandbox, code: str) -> str:
    """What the code ends with in a worker: nothing, or its error."""
    try:
        sandbox.run(builtins.exec, code, {})
    except WorkerDied as error:
        return error.message
    return ""


def main() -> None:
    """Prints the report."""
    do_without(sys.argv[1:])
    with Sandbox(preload=("socket", "errno"), workers=1) as sandbox:
        attempts = {
            "open": attempt(sandbox, "import os; os.open('/dev/null', 0)"),
            "socket": attempt(sandbox, "import socket; socket.socket()"),
            "bind": attempt(sandbox, "import socket; socket.socket().bind(('127.0.0.1', 0))"),
        }
        found = sandbox.confinement
        assert found is not None
        report = {
            "files": found.files,
            "network": found.network,
            "processes": found.processes,
            "missing": found.missing,
            "told": str(found),
            "complete": found.complete,
            "attempts": attempts,
        }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
