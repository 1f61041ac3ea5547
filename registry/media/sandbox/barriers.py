"""Puts up, in a worker, what keeps it from files, network and other processes, and tries whether it holds.

1. limits: memory, written files, core dumps
2. no more root: a worker of a root process becomes nobody, since root may lift limits
3. Landlock, where the kernel has it (Linux 5.13): no file; no TCP from 6.7 on, no signal to others from 6.12 on; with
   it comes that nothing executed has more privileges
4. no further descriptor, whichever a taken-over worker closes first to make room
5. seccomp, where libseccomp is installed: the calls of `_CALLS`, and no other

Each is attempted whatever became of the others, since kernels, containers and systems lack different ones. What the
worker then can't do is found by trying it. The zygote imports this before there are workers, which can open no library.

On Linux no limit keeps child processes away, seccomp alone does: RLIMIT_NPROC counts threads too, and the decoders of
AVIF and HEIC start some.
"""

import contextlib
import ctypes
import errno
import os
import resource
import socket
import sys
from collections.abc import Callable

from registry.media.sandbox.confinement import Confinement, Measure

if sys.platform == "linux":
    from landlock import plumbing as landlock  # type: ignore[import-untyped]

_TCP = 0b11
"""LANDLOCK_ACCESS_NET_BIND_TCP and _CONNECT_TCP."""

_SCOPE = 0b11
"""LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and _SIGNAL."""

_NOBODY = 65534

_CALLS = (
    "read write readv writev close lseek fstat "
    "mmap munmap mremap mprotect madvise brk membarrier "
    "futex set_robust_list get_robust_list rseq set_tid_address sched_yield sched_getaffinity getcpu "
    "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall "
    "getpid gettid getppid getuid geteuid getgid getegid uname sysinfo getrandom "
    "clock_gettime clock_getres gettimeofday time nanosleep clock_nanosleep getrusage times "
    "exit exit_group"
)
"""What computing, memory, threads, clocks and the open socket need. Further ones, with conditions, in `_seccomp`."""

_ALLOW = 0x7FFF0000  # SCMP_ACT_ALLOW
_REFUSE = 0x00050000  # SCMP_ACT_ERRNO, to which the error's number is added
_EQUAL, _MASKED_EQUAL = 4, 7  # SCMP_CMP_EQ and SCMP_CMP_MASKED_EQ
_CLONE_THREAD = 0x00010000


class _Condition(ctypes.Structure):
    """struct scmp_arg_cmp: the call's argument `place`, compared."""

    _fields_ = (
        ("place", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("with_", ctypes.c_uint64),
        ("masked", ctypes.c_uint64),
    )


def _load_libseccomp() -> ctypes.CDLL | str:
    """The system's libseccomp, or why there is none."""
    if sys.platform != "linux":
        return "it is Linux's"
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError as error:
        return str(error)
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Condition),
    )
    library.seccomp_load.argtypes = (ctypes.c_void_p,)
    return library


_libseccomp = _load_libseccomp()

if sys.platform == "linux":

    class _Ruleset(landlock.RulesetAttr):  # type: ignore[misc]
        """struct landlock_ruleset_attr as of ABI 6; zeros at its end mean nothing to an older kernel."""

        _fields_ = (("handled_access_net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))

    def _landlock() -> None:
        ctypes.set_errno(0)  # the package takes an error that an earlier call left there for its own
        landlock.get_prctl()(landlock.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        version = landlock.landlock_abi_version()
        rules = _Ruleset(landlock.FSAccess.all(), _TCP if version >= 4 else 0, _SCOPE if version >= 6 else 0)
        handle = landlock.get_create_ruleset()(ctypes.byref(rules), ctypes.sizeof(rules), 0)
        landlock.get_restrict_self()(handle, 0)  # no rule was added, so that all that it handles is refused
        os.close(handle)

else:

    def _landlock() -> None:
        raise OSError("it is Linux's")


def confine(address_space: int | None) -> Confinement:
    """Confines this process for good; `address_space` is in bytes, None for no limit."""
    missing: dict[Measure, str] = {}
    holds: dict[Measure, set[str]] = {}
    # 1. limits
    _limit(resource.RLIMIT_AS, resource.RLIM_INFINITY if address_space is None else address_space)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform != "linux":
        _limit(resource.RLIMIT_NPROC, 0)
    # 2. no more root
    _leave_root()
    # 3. Landlock
    _put_up(Measure.LANDLOCK, _landlock, missing)
    holds[Measure.LANDLOCK] = _refused(errno.EACCES, files=_open, network=_bind)
    # 4. no further descriptor
    _limit(resource.RLIMIT_NOFILE, 0)
    holds[Measure.LIMIT] = _refused(errno.EMFILE, files=_take_descriptor, network=_take_descriptor)
    # 5. seccomp, the last because it would refuse the others
    _put_up(Measure.SECCOMP, _seccomp, missing)
    holds[Measure.SECCOMP] = _refused(errno.EPERM, files=_open, network=_bind, processes=_fork)
    if "processes" not in holds[Measure.SECCOMP]:
        holds[Measure.LIMIT] |= _refused(errno.EAGAIN, processes=_fork)
    for measure in Measure:
        if "files" not in holds[measure]:
            missing.setdefault(measure, f"{measure} (set, and refuses nothing)")
    files, network, processes = (
        tuple(measure for measure in Measure if act in holds[measure]) for act in ("files", "network", "processes")
    )
    return Confinement(files, network, processes, tuple(missing.values()))


def _limit(which: int, value: int) -> None:
    """Sets a limit that can't be lifted again; one that this system doesn't know is left out."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def _leave_root() -> None:
    if sys.platform == "linux" and os.geteuid() == 0:
        with contextlib.suppress(OSError):  # not every container lets its root change
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _put_up(measure: Measure, act: Callable[[], None], missing: dict[Measure, str]) -> None:
    try:
        act()
    except (OSError, ValueError) as error:  # the latter where `landlock` can't read the kernel's version
        missing[measure] = f"{measure} ({getattr(error, 'strerror', None) or error})"


def _seccomp() -> None:
    if isinstance(_libseccomp, str):
        raise OSError(_libseccomp)
    filtered = _libseccomp.seccomp_init(_REFUSE + errno.EPERM)

    def add(name: str, *conditions: _Condition, action: int = _ALLOW) -> None:
        number = _libseccomp.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return  # other processors have it
        array = (_Condition * len(conditions))(*conditions)
        _check(_libseccomp.seccomp_rule_add_array(filtered, action, number, len(conditions), array))

    for name in _CALLS.split():
        add(name)
    add("clone", _Condition(0, _MASKED_EQUAL, _CLONE_THREAD, _CLONE_THREAD))
    add("clone3", action=_REFUSE + errno.ENOSYS)  # its flags can't be seen; without it glibc uses clone
    add("tgkill", _Condition(0, _EQUAL, os.getpid()))  # what abort() and raise() call
    add("prlimit64", _Condition(0, _EQUAL, 0), _Condition(1, _EQUAL, resource.RLIMIT_CPU))  # for each job anew
    add("prlimit64", _Condition(0, _EQUAL, 0), _Condition(2, _EQUAL, 0))  # limits may be read
    _check(_libseccomp.seccomp_load(filtered))


def _check(answer: int) -> None:
    if answer < 0:
        raise OSError(-answer, os.strerror(-answer))


def _refused(with_error: int, **acts: Callable[[], None]) -> set[str]:
    """Which of the acts end with this error."""
    refused = set()
    for what, act in acts.items():
        try:
            act()
        except OSError as error:
            if error.errno == with_error:
                refused.add(what)
    return refused


def _open() -> None:
    os.close(os.open(os.devnull, os.O_RDONLY))


def _bind() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))


def _take_descriptor() -> None:
    socket.socket().close()


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
