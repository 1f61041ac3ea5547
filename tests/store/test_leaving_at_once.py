"""Withdrawing, erasing, registering and checking at the same moment: nothing dangles, nothing waits for ever."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from registry.accounts import Account
from registry.findings import Decision, Matched
from registry.proof.receipt import Receipt
from registry.store.catalogue import Catalogue
from registry.store.checks import Checks
from registry.store.database import Database
from registry.store.departures import Departures
from registry.store.ledger import LedgerStore
from registry.store.recoding import Recoding
from registry.store.registration import Registrations
from registry.store.verdicts import ERASED
from registry.works import Codes, Detail, Ground, Recoded, Visibility, Work
from tests.store.departed import a_check, a_match, some_leaving, whole
from tests.store.examples import NOW, add, founded, seal, some_draft

AT_ONCE = 8
PATIENCE = 60


@pytest.fixture
def studio(database: Database) -> Account:
    return founded(database)


@contextmanager
def at_once(*calls: Callable[[], object]) -> Iterator[list[Future[object]]]:
    """These calls, each in a thread of its own, begun at the same moment; all are done when the block is entered."""
    barrier = threading.Barrier(len(calls))

    def begin(call: Callable[[], object]) -> object:
        barrier.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(begin, call) for call in calls]
        deadline = time.monotonic() + PATIENCE
        for future in futures:
            future.exception(deadline - time.monotonic())
        yield futures


def test_a_work_is_withdrawn_once(database: Database, studio: Account) -> None:
    work = add(Registrations(database), some_draft(studio.id), seal)
    departures = Departures(database)
    with at_once(*[lambda: departures.withdraw(work.id, some_leaving(), seal)] * AT_ONCE) as done:
        receipts = [future.result() for future in done]
    assert len({receipt.signature for receipt in receipts if isinstance(receipt, Receipt)}) == 1
    assert None not in receipts
    assert LedgerStore(database).size() == 3
    whole(database)


def test_a_work_is_erased_once(database: Database, studio: Account) -> None:
    work = add(Registrations(database), some_draft(studio.id), seal)
    departures = Departures(database)
    with at_once(*[lambda: departures.erase(work, NOW)] * AT_ONCE) as done:
        assert sorted(bool(future.result()) for future in done) == [False] * (AT_ONCE - 1) + [True]
    assert departures.left() == 1
    assert whole(database) == []


def test_sweeps_that_meet_do_each_step(database: Database, studio: Account) -> None:
    departures = Departures(database)
    for _ in range(5):
        departures.erase(add(Registrations(database), some_draft(studio.id), seal), NOW)
    works = [erasure.work for erasure in departures.erasures()]

    def sweep() -> None:
        for work in works:
            departures.cleared(work)
        departures.empty_log()
        departures.forget(works)
        notes = departures.unwiped()
        if departures.wipe():
            departures.wiped(notes)

    with at_once(*[sweep] * 4) as done:
        assert [future.result() for future in done] == [None] * 4
    # one of them may have been in another's way
    sweep()
    assert departures.left() == 0
    assert whole(database) == []


@pytest.mark.parametrize("leaves", ["erased", "withdrawn", "erased after it was withdrawn"])
def test_a_version_of_a_work_that_leaves_at_the_same_moment_is_registered(
    database: Database, studio: Account, leaves: str
) -> None:
    registrations, departures = Registrations(database), Departures(database)
    versions: list[Work] = []
    for _ in range(10):
        sketch = add(registrations, some_draft(studio.id), seal)
        if leaves == "erased after it was withdrawn":
            departures.withdraw(sketch.id, some_leaving(), seal)

        def leave(sketch: Work = sketch) -> object:
            if leaves == "withdrawn":
                return departures.withdraw(sketch.id, some_leaving(), seal)
            return departures.erase(sketch, NOW)

        drafts = [some_draft(studio.id, previous=sketch.id) for _ in range(3)]
        with at_once(leave, *(lambda draft=draft: add(registrations, draft, seal) for draft in drafts)) as done:
            done[0].result()
            added = [future.result() for future in done[1:]]
        versions += [work for work in added if isinstance(work, Work)]
        for work in versions[-3:]:
            now = Catalogue(database).work(work.id)
            assert now is not None
            # what was answered names the sketch only if it was there still
            assert work.description.previous in (sketch.id, None)
            assert now.description.previous == (sketch.id if leaves == "withdrawn" else None)
    assert len(versions) == 30
    assert {work.id for work in versions} <= {work.id for work in whole(database)}


def test_a_version_of_a_work_that_is_gone_stands_by_itself(database: Database, studio: Account) -> None:
    """In a batch with others, which lose nothing by it."""
    registrations = Registrations(database)
    kept, gone = (add(registrations, some_draft(studio.id), seal) for _ in range(2))
    Departures(database).erase(gone, NOW)
    drafts = [some_draft(studio.id, previous=previous) for previous in (kept.id, gone.id, None)]
    works = registrations.add_all(drafts, lambda _, index: seal(index))
    assert [work.id for work in works] == [draft.id for draft in drafts]
    assert [work.description.previous for work in works] == [kept.id, None, None]
    assert whole(database) == [kept, *works]


def test_a_check_that_is_kept_at_the_same_moment_doesn_t_name_the_erased_work(
    database: Database, studio: Account
) -> None:
    registrations, departures, checks = Registrations(database), Departures(database), Checks(database)
    for _ in range(10):
        public = add(registrations, some_draft(studio.id), seal)
        private = add(registrations, some_draft(studio.id, visibility=Visibility.PRIVATE), seal)
        kept = [a_check(Matched((a_match(public, same_bytes=True),)), public.sha256) for _ in range(4)]
        with at_once(
            lambda: departures.erase(public, NOW),  # noqa: B023 - done before the next turn
            lambda: departures.erase(private, NOW),  # noqa: B023
            *(lambda check=check: checks.keep(check, [(private.id, Decision.BLOCK)]) for check in kept),  # noqa: B023
        ) as done:
            assert [future.result() for future in done] == [True, True, None, None, None, None]
        for check in kept:
            found = checks.check(check.id)
            assert found is not None
            assert isinstance(found.verdict, Matched)
            assert [match.work for match in found.verdict.matches] == [ERASED]
            assert found.sha256 is None
    assert whole(database) == []


@pytest.mark.parametrize("seed", range(3))
def test_everything_at_once_leaves_a_whole_database(database: Database, studio: Account, seed: int) -> None:
    registrations, departures, checks = Registrations(database), Departures(database), Checks(database)
    recoding, catalogue = Recoding(database), Catalogue(database)
    for _ in range(20):
        add(registrations, some_draft(studio.id), seal)
    renewed = Recoded(0, Detail.DISTINCT, {Ground.OPAQUE: Codes(bytes(32), bytes(8))})

    def act(chance: random.Random) -> int:
        done = 0
        while done < 25:
            works = catalogue.page(account=None, after=-1, limit=1000)
            work = chance.choice(works) if works else add(registrations, some_draft(studio.id), seal)
            match chance.randrange(6):
                case 0 | 1:
                    add(registrations, some_draft(studio.id, previous=work.id), seal)
                case 2:
                    departures.withdraw(work.id, some_leaving(), seal)
                case 3:
                    departures.erase(work, NOW)
                    departures.forget([one.work for one in departures.erasures()])
                case 4:
                    recoding.replace(work.id, 2, [renewed])
                case 5:
                    checks.keep(a_check(Matched((a_match(work),))), [(work.id, Decision.BLOCK)])
            done += 1
        return done

    chances = [random.Random(100 * seed + number) for number in range(4)]
    with at_once(*(lambda chance=chance: act(chance) for chance in chances)) as done:
        assert [future.result() for future in done] == [25] * 4
    whole(database)
