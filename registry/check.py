"""Check: a listing's picture is held against every registered work, at the moment it is published.

1. the picture makes its one trip through the sandbox: the same raster and codes as a work's, in eight orientations
2. the feed's head is read, and the index brought up to it: no answer is better than a false `clear`
3. candidates by likeness, and works with the very same bytes
4. silence: works that the asker may not know of are set apart
5. the decision, with the seller's standing: one's own works don't stand against a listing, and what many accounts have
   registered goes to a person
6. the answer is kept, with what it was measured against; owners of private works are told of a sighting
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import sha256

from registry.accounts import AccountId, Viewer
from registry.clock import Clock
from registry.errors import InvalidInput
from registry.findings import Candidate, Check, CheckId, Decision, Matched, Verdict
from registry.ids import new_id
from registry.intake.taken import Query
from registry.listings import Listing
from registry.match.decide import decide
from registry.match.shared import shared
from registry.match.thresholds import REACH
from registry.search.follow import Follower
from registry.store.access import Accounts
from registry.store.catalogue import Catalogue
from registry.store.checks import Checks
from registry.works import Work, WorkId

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands against a listing's picture: candidates by likeness, and works with the same bytes.

    `works` holds all of them, `labels` what their parts are called.
    """

    candidates: list[Candidate]
    same_bytes: set[WorkId]
    works: dict[WorkId, Work]
    labels: dict[tuple[WorkId, int], str]

    def among(self, works: set[WorkId]) -> "Evidence":
        """The part of it that is about these works."""
        return Evidence(
            candidates=[candidate for candidate in self.candidates if candidate.work in works],
            same_bytes=self.same_bytes & works,
            works={name: work for name, work in self.works.items() if name in works},
            labels={place: label for place, label in self.labels.items() if place[0] in works},
        )


class Checking:
    """The journey of checking. One for all threads of a process."""

    def __init__(
        self,
        *,
        look_at: Callable[[bytes], "Future[Query]"],
        catalogue: Catalogue,
        accounts: Accounts,
        checks: Checks,
        follower: Follower,
        clock: Clock,
    ) -> None:
        self._look_at, self._catalogue, self._accounts = look_at, catalogue, accounts
        self._checks, self._follower, self._clock = checks, follower, clock

    def check(self, data: bytes, listing: Listing, viewer: Viewer) -> Check:
        """Checks a picture's bytes for somebody; raises MediaError for a file that can't be read, and IndexBehind."""
        _must_be_words(listing)
        # 1. the picture makes its one trip through the sandbox
        looking = self._look_at(data)
        # 2. the feed's head is read, and the index brought up to it: meanwhile, for both take their time
        head = self._follower.catch_up()
        # 3. candidates by likeness, and works with the very same bytes
        digest = sha256(data).digest()
        same_bytes = {work.id: work for work in self._catalogue.with_digests({digest}).get(digest, [])}
        seller = self._seller(listing)
        query = looking.result()
        candidates = self._follower.index.search(query.variants, REACH)
        works = {**self._catalogue.many({one.work for one in candidates} - set(same_bytes)), **same_bytes}
        evidence = Evidence(
            candidates=[one for one in candidates if one.work in works],
            same_bytes=set(same_bytes),
            works=works,
            labels=self._labels(candidates),
        )
        # 4. silence: works that the asker may not know of are set apart
        known = {work.id for work in works.values() if work.known_to(viewer)}
        # 5. the decision, with the seller's standing
        standing = evidence.among(known)
        verdict = shared(self._decide(query, standing, seller), standing.works)
        # 6. the answer is kept; owners of private works are told of a sighting
        unseen = self._unseen(query, evidence.among(set(works) - known), seller)
        check = Check(
            id=CheckId(new_id("chk")),
            account=viewer.account,
            listing=listing,
            sha256=digest,
            verdict=verdict,
            feed_position=head.feed_position,
            log_size=head.log_size,
            checked=self._clock(),
        )
        self._checks.keep(check, unseen)
        return check

    def kept(self, check: CheckId) -> Check | None:
        """An earlier check, as it was answered."""
        return self._checks.check(check)

    def works_of(self, check: Check) -> dict[WorkId, Work]:
        """The works that a check's matches are about, as far as they are there still."""
        match check.verdict:
            case Matched(matches=matches):
                return self._catalogue.many({match.work for match in matches})
            case _:
                return {}

    def _labels(self, candidates: list[Candidate]) -> dict[tuple[WorkId, int], str]:
        """What the parts of these works are called."""
        works = {one.work for one in candidates}
        return {
            (work, part.number): part.label
            for work, parts in self._catalogue.parts(works).items()
            for part in parts
            if part.label
        }

    def _decide(self, query: Query, evidence: Evidence, seller: AccountId | None) -> Verdict:
        return decide(
            evidence.candidates,
            same_bytes=evidence.same_bytes,
            owners={name: work.account for name, work in evidence.works.items()},
            labels=evidence.labels,
            seller=seller,
            detail=query.detail,
        )

    def _unseen(self, query: Query, evidence: Evidence, seller: AccountId | None) -> list[tuple[WorkId, Decision]]:
        match self._decide(query, evidence, seller):
            case Matched(matches=matches):
                return [(match.work, match.decision) for match in matches]
            case _:
                return []

    def _seller(self, listing: Listing) -> AccountId | None:
        if listing.seller is None:
            return None
        account = self._accounts.named(listing.seller)
        return None if account is None else account.id


def _must_be_words(listing: Listing) -> None:
    """What a marketplace calls a listing and its seller is kept with the check, so it has to be plain text."""
    for field, name in (("seller", listing.seller), ("listing", listing.listing)):
        if name is not None and (len(name) > MAX_NAME or not name.isprintable()):
            raise InvalidInput(f"A {field} is at most {MAX_NAME} printable characters.", field=field)
