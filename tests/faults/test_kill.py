"""The short form of tests/faults/kill.py; `make faults` runs the long one."""

from pathlib import Path

import pytest

from tests.faults.kill import kill_command_line, kill_server


@pytest.mark.parametrize("run", [kill_server, kill_command_line])
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = run(tmp_path, files=80, kills=3, seed=7)
    assert told.wrong == []
    assert told.acknowledged == 80
