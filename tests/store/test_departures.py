"""Works that leave the database: what each step takes away, and what stays."""

import os
from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlmodel import select

from registry.accounts import Account
from registry.errors import NotFound
from registry.findings import Clear, Decision, Inconclusive, Matched, Orientation, Verdict
from registry.proof.receipt import Receipt
from registry.search.exact import ExactIndex
from registry.store.catalogue import Catalogue
from registry.store.checks import Checks
from registry.store.database import Database
from registry.store.departures import Departures, Erasure
from registry.store.feed import CodeFeed, Head
from registry.store.ledger import LedgerStore
from registry.store.recoding import Recoding
from registry.store.registration import Registrations
from registry.store.tables import AskedPictureRow, CheckRow, ErasureRow
from registry.store.verdicts import ERASED
from registry.works import Added, Codes, Detail, Ground, Passed, Recoded, Removed, Visibility, Work, WorkId
from tests.store.departed import a_check, a_match, followed, rows_about, signal, some_leaving, whole
from tests.store.examples import NOW, add, founded, seal, some_draft


@pytest.fixture
def studio(database: Database) -> Account:
    return founded(database)


def registered(database: Database, studio: Account, **said: object) -> Work:
    return add(Registrations(database), some_draft(studio.id, **said), seal)


def withdrawn(database: Database, work: Work) -> Receipt:
    receipt = Departures(database).withdraw(work.id, some_leaving(), seal)
    assert receipt is not None
    return receipt


def test_a_withdrawal_gets_the_next_index_and_takes_the_work_out_of_the_feed(
    database: Database, studio: Account
) -> None:
    gone, stays = (registered(database, studio) for _ in range(2))
    leaving = some_leaving()
    receipt = Departures(database).withdraw(gone.id, leaving, seal)
    assert receipt == seal(3)
    assert LedgerStore(database).entries(3, 4) == [leaving.entry]
    assert CodeFeed(database, 1).head() == Head(log_size=4, feed_position=3)
    assert list(CodeFeed(database, 1).since(2, 3)) == [Removed(seq=3, work=gone.id)]
    assert whole(database) == [replace(gone, withdrawn=leaving.received), stays]
    assert Catalogue(database).with_digests({gone.sha256, stays.sha256}) == {stays.sha256: [stays]}


def test_withdrawing_again_gives_the_receipt_of_the_first_time_and_logs_nothing(
    database: Database, studio: Account
) -> None:
    work, leaving = registered(database, studio), some_leaving()
    first = Departures(database).withdraw(work.id, leaving, seal)
    assert first is not None
    head = CodeFeed(database, 1).head()

    def never(index: int) -> Receipt:
        raise AssertionError("signed twice")

    again = Departures(database).withdraw(work.id, some_leaving(), never)
    assert again == replace(first, log=LedgerStore(database).identity().log, entry=leaving.entry)
    assert CodeFeed(database, 1).head() == head


def test_what_is_not_there_is_not_withdrawn(database: Database, studio: Account) -> None:
    registered(database, studio)
    head = CodeFeed(database, 1).head()
    assert Departures(database).withdraw(WorkId("wrk_nothing"), some_leaving(), seal) is None
    assert CodeFeed(database, 1).head() == head


def test_the_same_bytes_can_be_registered_anew_after_a_withdrawal(database: Database, studio: Account) -> None:
    first = registered(database, studio)
    assert registered(database, studio, sha256=first.sha256) == first
    withdrawn(database, first)
    second = registered(database, studio, sha256=first.sha256)
    assert second.id != first.id
    assert registered(database, studio, sha256=first.sha256) == second
    withdrawn(database, second)
    third = registered(database, studio, sha256=first.sha256)
    assert [work.id for work in whole(database)] == [first.id, second.id, third.id]


@pytest.mark.parametrize("before", ["standing", "withdrawn"])
def test_erasing_leaves_the_entries_and_no_row_but_the_feed_s(database: Database, studio: Account, before: str) -> None:
    gone, stays = (registered(database, studio, visibility=Visibility.PRIVATE) for _ in range(2))
    checks = Checks(database)
    checks.keep(a_check(Clear(("nothing",))), [(work.id, Decision.BLOCK) for work in (gone, stays)])
    if before == "withdrawn":
        withdrawn(database, gone)
    entries = LedgerStore(database).entries(0, 10)
    everything = {"works", "claims", "codes", "features", "parts", "sightings", "thumbnails", "code_feed"}
    assert rows_about(database, gone.id) == everything | ({"withdrawals"} if before == "withdrawn" else set())
    assert Departures(database).erase(gone, NOW + 100)
    assert rows_about(database, gone.id) == {"code_feed", "erasures"}
    assert rows_about(database, stays.id) == everything
    assert LedgerStore(database).entries(0, 10) == entries
    assert whole(database) == [stays]
    events = [event for event in CodeFeed(database, 1).since(0, 3) if not isinstance(event, Passed)]
    # without codes, and out again: of two `remove` an index would say that the feed contradicts itself
    assert [event for event in events if event.work == gone.id] == [
        Added(seq=1, work=gone.id, codes=()),
        Removed(seq=3, work=gone.id),
    ]


def test_the_receipt_of_a_work_that_was_erased_since_is_not_there(database: Database, studio: Account) -> None:
    work = registered(database, studio)
    assert Catalogue(database).receipt(work).index == work.index
    Departures(database).erase(work, NOW)
    with pytest.raises(NotFound):
        Catalogue(database).receipt(work)


def test_only_the_first_of_two_erases(database: Database, studio: Account) -> None:
    work, departures = registered(database, studio), Departures(database)
    assert departures.erase(work, NOW)
    assert not departures.erase(work, NOW + 1)
    assert departures.erasures() == [Erasure(work.id, (), NOW)]


def test_a_later_version_forgets_its_earlier_one_and_stays(database: Database, studio: Account) -> None:
    sketch = registered(database, studio)
    draft = registered(database, studio, previous=sketch.id)
    final = registered(database, studio, previous=draft.id)
    assert Departures(database).erase(draft, NOW)
    left = whole(database)
    assert left == [sketch, replace(final, description=replace(final.description, previous=None))]


def test_each_step_of_an_erasure_is_noted_until_it_is_done(database: Database, studio: Account) -> None:
    raster, original = (os.urandom(32).hex() for _ in range(2))
    draft = replace(some_draft(studio.id, raster=raster), original=original)
    first, second = add(Registrations(database), draft, seal), registered(database, studio)
    departures = Departures(database)
    departures.erase(second, NOW + 9)
    departures.erase(first, NOW)
    assert departures.erasures() == [Erasure(first.id, (raster, original), NOW), Erasure(second.id, (), NOW + 9)]
    assert (departures.unwiped(), departures.left()) == ([], 2)
    departures.cleared(first.id)
    assert departures.erasures() == [Erasure(first.id, (), NOW), Erasure(second.id, (), NOW + 9)]
    departures.forget([first.id])
    assert rows_about(database, first.id) == set()
    assert departures.erasures() == [Erasure(second.id, (), NOW + 9)]
    (note,) = departures.unwiped()
    assert departures.left() == 2
    departures.forget([second.id])
    departures.wiped([note])
    assert (departures.erasures(), len(departures.unwiped()), departures.left()) == ([], 1, 1)
    departures.wiped(departures.unwiped())
    assert departures.left() == 0
    assert list(CodeFeed(database, 1).since(0, 4)) == [Passed(seq=seq) for seq in (1, 2, 3, 4)]
    assert whole(database) == []


def test_forgetting_takes_any_number(database: Database, studio: Account) -> None:
    with database.write() as session:
        rows = [{"work": f"wrk_{number}", "blobs": "", "erased": NOW} for number in range(2_500)]
        session.connection().execute(insert(ErasureRow), rows)
    departures = Departures(database)
    departures.forget([one.work for one in departures.erasures()])
    assert (departures.erasures(), len(departures.unwiped())) == ([], 2_500)
    departures.wiped(departures.unwiped())
    assert departures.left() == 0


def test_an_index_that_stopped_anywhere_can_go_on_when_works_were_forgotten(
    database: Database, studio: Account
) -> None:
    departures, recoding = Departures(database), Recoding(database)
    works = [registered(database, studio) for _ in range(4)]
    renewed = Recoded(0, Detail.DISTINCT, {Ground.OPAQUE: Codes(os.urandom(32), os.urandom(8))})
    assert recoding.replace(works[0].id, 2, [renewed])
    assert recoding.replace(works[1].id, 2, [renewed])
    withdrawn(database, works[1])
    withdrawn(database, works[2])
    for work in works[:3]:
        assert departures.erase(work, NOW)
    feed = CodeFeed(database, 1)
    head = feed.head().feed_position
    followers = [ExactIndex() for _ in range(head + 1)]
    for position, follower in enumerate(followers):
        follower.apply(feed.since(0, position))
    departures.forget([work.id for work in works[:3]])
    late = registered(database, studio)
    for follower in followers:
        followed(database, index=follower)
        assert follower.position == head + 1
    fresh = followed(database)
    assert len(fresh) == 2
    assert whole(database) == [works[3], late]


def test_answers_stay_without_what_they_say_of_an_erased_work(database: Database, studio: Account) -> None:
    gone, other = (registered(database, studio) for _ in range(2))
    checks = Checks(database)
    of_both = a_check(Matched((a_match(gone), a_match(other, reason=f"The first of them is {gone.id}, entry 1."))))
    of_other = a_check(Matched((a_match(other),)))
    same_bytes = a_check(Matched((a_match(gone, same_bytes=True),)), gone.sha256)
    silent = a_check(Clear(("nothing",)), gone.sha256)
    for check in (of_both, of_other, same_bytes, silent):
        checks.keep(check, [])
        assert checks.check(check.id) == check
    assert Departures(database).erase(gone, NOW)
    assert checks.check(of_other.id) == of_other
    assert checks.check(silent.id) == replace(silent, sha256=None)
    kept = checks.check(of_both.id)
    assert kept is not None
    assert isinstance(kept.verdict, Matched)
    first, second = kept.verdict.matches
    assert (first.work, first.part, first.placement, first.signals) == (ERASED, 0, None, ())
    assert (first.decision, first.orientation) == (Decision.BLOCK, Orientation.MIRRORED)
    assert (second.work, second.signals, second.reasons[0]) == (other.id, (signal(),), f"It shows {other.id}.")
    assert kept == replace(of_both, verdict=kept.verdict)
    kept = checks.check(same_bytes.id)
    assert kept is not None
    assert kept.sha256 is None
    assert isinstance(kept.verdict, Matched)
    assert [match.work for match in kept.verdict.matches] == [ERASED]
    with database.read() as session:
        assert not [row for row in session.exec(select(CheckRow)) if gone.id in row.verdict]


def test_the_asked_picture_goes_with_the_last_work_it_shows(database: Database, studio: Account) -> None:
    gone, other = (registered(database, studio) for _ in range(2))
    checks, departures = Checks(database), Departures(database)
    of_gone = a_check(Matched((a_match(gone),)))
    of_other = a_check(Matched((a_match(other),)))
    of_both = a_check(Matched((a_match(gone), a_match(other))))
    same_file = a_check(Matched((a_match(other),)), gone.sha256)  # and silent about the private work that it is
    for check in (of_gone, of_other, of_both, same_file):
        checks.keep(check, [], check.id.encode())
        assert (checks.picture(check.id), checks.has_picture(check.id)) == (check.id.encode(), True)
    assert departures.erase(gone, NOW)
    assert [checks.has_picture(check.id) for check in (of_gone, of_other, of_both, same_file)] == [0, 1, 1, 0]
    assert checks.picture(of_gone.id) is None
    assert departures.erase(other, NOW)
    assert not any(checks.has_picture(check.id) for check in (of_other, of_both))
    with database.read() as session:
        assert session.exec(select(AskedPictureRow)).all() == []


@pytest.mark.parametrize("verdict", [Clear(("nothing",)), Inconclusive(("blank",))])
def test_a_picture_that_shows_no_work_is_not_kept(database: Database, studio: Account, verdict: Verdict) -> None:
    check, checks = a_check(verdict), Checks(database)
    checks.keep(check, [(registered(database, studio).id, Decision.BLOCK)], b"small")
    assert (checks.picture(check.id), checks.has_picture(check.id)) == (None, False)


def test_an_answer_that_comes_after_the_erasure_is_kept_without_the_work(database: Database, studio: Account) -> None:
    gone, other = (registered(database, studio, visibility=Visibility.PRIVATE) for _ in range(2))
    assert Departures(database).erase(gone, NOW)
    checks = Checks(database)
    check = a_check(Matched((a_match(other), a_match(gone, same_bytes=True))), gone.sha256)
    checks.keep(check, [], b"small")
    kept = checks.check(check.id)
    assert kept is not None
    assert isinstance(kept.verdict, Matched)
    assert [match.work for match in kept.verdict.matches] == [other.id, ERASED]
    assert checks.picture(check.id) is None
    assert kept.sha256 is None
    unseen = a_check(Clear(("nothing",)), gone.sha256)
    checks.keep(unseen, [(gone.id, Decision.BLOCK), (other.id, Decision.REVIEW)])
    assert checks.check(unseen.id) == replace(unseen, sha256=None)
    assert [seen.decision for seen in Catalogue(database).sightings(other.id)] == ["review"]
    whole(database)
