"""What stages cost and yield is counted, by whichever threads run them."""

import threading

import pytest

from registry.matching.stages import Stage, Stages, Tally


class Ticking:
    """A timer that is a second on whenever it's asked."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def test_nothing_ran_before_anything_did() -> None:
    assert Stages().tallies() == {stage: Tally(0, 0.0, 0, 0) for stage in Stage}


def test_runs_seconds_and_what_came_of_them_add_up() -> None:
    stages = Stages(Ticking())
    for found, settled in ((3, False), (1, True)):
        with stages.run(Stage.CODES) as run:
            run.found, run.settled = found, settled
    with stages.run(Stage.READ):
        pass
    tallies = stages.tallies()
    assert tallies[Stage.CODES] == Tally(runs=2, seconds=2.0, found=4, settled=1)
    assert tallies[Stage.READ] == Tally(runs=1, seconds=1.0, found=0, settled=0)
    assert tallies[Stage.GUESSES] == Tally()


def test_a_run_that_fails_is_counted_with_its_cost_and_fails_on() -> None:
    stages = Stages(Ticking())
    with pytest.raises(KeyError), stages.run(Stage.FEATURES):
        raise KeyError("x")
    assert stages.tallies()[Stage.FEATURES] == Tally(runs=1, seconds=1.0, found=0, settled=0)


def test_stages_run_within_each_other() -> None:
    stages = Stages(Ticking())
    with stages.run(Stage.READ), stages.run(Stage.CODES):
        pass
    assert [stages.tallies()[stage].seconds for stage in (Stage.READ, Stage.CODES)] == [3.0, 1.0]


def test_what_was_told_stays_as_it_was() -> None:
    stages = Stages()
    before = stages.tallies()
    with stages.run(Stage.READ):
        pass
    assert before[Stage.READ].runs == 0
    assert stages.tallies()[Stage.READ].runs == 1


def test_no_run_of_many_threads_is_lost() -> None:
    stages = Stages()

    def work() -> None:
        for _ in range(500):
            with stages.run(Stage.GUESSES) as run:
                run.found = 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally = stages.tallies()[Stage.GUESSES]
    assert (tally.runs, tally.found) == (2000, 2000)
    assert tally.seconds > 0
