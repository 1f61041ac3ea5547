"""Time as an argument: every journey is handed a clock, so that a test can be one."""

import time
from collections.abc import Callable

Seconds = int
"""Whole seconds since 1970-01-01T00:00:00Z, as in an EVM block header."""

Clock = Callable[[], Seconds]


def system_clock() -> Seconds:
    """The wall clock of this machine, in whole seconds."""
    return int(time.time())
