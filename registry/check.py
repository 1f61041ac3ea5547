"""Check: a listing's picture is held against every registered work, at the moment it is published.

1. the picture makes its trip through the sandbox: the same raster and codes as a work's, in eight orientations
2. the feed's head is read, and the index brought up to it: no answer is better than a false `clear`
3. candidates by likeness, whether their light bears it out, and works with the very same bytes
4. silence: works that the asker may not know of are set apart
5. the decision, with the seller's standing: one's own works don't stand against a listing, and what many accounts have
   registered goes to a person
6. a closer look, where it can change that: parts of works, anywhere in the picture, and 4 and 5 once more
7. the answer is kept, with what it was measured against; owners of private works are told of a sighting
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
from registry.match.sight import Sight
from registry.match.thresholds import REACH
from registry.matching.closer import CloserLook, Sighted
from registry.matching.stages import Stage, Stages
from registry.search.follow import Follower
from registry.search.index import Index
from registry.store.access import Accounts
from registry.store.catalogue import Catalogue
from registry.store.checks import Checks
from registry.works import Part, Work, WorkId

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands against a listing's picture: candidates by likeness, sights, and works with the same bytes.

    `borne_out` are works of candidates whose light the picture has; `works` holds all of them, `parts` what is known of
    their parts.
    """

    candidates: list[Candidate]
    same_bytes: set[WorkId]
    borne_out: set[WorkId]
    sights: list[Sight]
    works: dict[WorkId, Work]
    parts: dict[tuple[WorkId, int], Part]

    def among(self, works: set[WorkId]) -> "Evidence":
        """The part of it that is about these works."""
        return Evidence(
            candidates=[candidate for candidate in self.candidates if candidate.work in works],
            same_bytes=self.same_bytes & works,
            borne_out=self.borne_out & works,
            sights=[sight for sight in self.sights if sight.work in works],
            works={name: work for name, work in self.works.items() if name in works},
            parts={place: part for place, part in self.parts.items() if place[0] in works},
        )

    def known_to(self, viewer: Viewer) -> "Evidence":
        """The part of it that the viewer may know of."""
        return self.among({name for name, work in self.works.items() if work.known_to(viewer)})

    def unknown_to(self, viewer: Viewer) -> "Evidence":
        """The part of it that the viewer may not know of."""
        return self.among({name for name, work in self.works.items() if not work.known_to(viewer)})


class Checking:
    """The journey of checking. One for all threads of a process."""

    def __init__(
        self,
        *,
        look_at: Callable[[bytes], "Future[Query]"],
        catalogue: Catalogue,
        accounts: Accounts,
        checks: Checks,
        follower: Follower[Index],
        closer: CloserLook,
        stages: Stages,
        clock: Clock,
    ) -> None:
        self._look_at, self._catalogue, self._accounts = look_at, catalogue, accounts
        self._checks, self._follower, self._clock = checks, follower, clock
        self._closer, self._stages = closer, stages

    def check(self, data: bytes, listing: Listing, viewer: Viewer) -> Check:
        """Checks a picture's bytes for somebody; raises MediaError for a file that can't be read, and IndexBehind."""
        _must_be_words(listing)
        # 1. the picture makes its trip through the sandbox
        with self._stages.run(Stage.READ):
            looking = self._look_at(data)
            # 2. the feed's head is read, and the index brought up to it: meanwhile, for both take their time
            head = self._follower.catch_up()
            digest = sha256(data).digest()
            same_bytes = {work.id: work for work in self._catalogue.with_digests({digest}).get(digest, [])}
            seller = self._seller(listing)
            query = looking.result()
        with self._stages.run(Stage.CODES) as run:
            # 3. candidates by likeness, whether their light bears it out, and works with the very same bytes
            candidates = self._follower.index.search(query.variants, REACH)
            borne_out = self._closer.borne_out(candidates, query.pictures)
            evidence = self._evidence(candidates, borne_out, same_bytes, [])
            # 4. and 5. silence, and the decision
            verdict = self._decide(query, evidence.known_to(viewer), seller)
            run.found, run.settled = len(evidence.works), verdict.decision is Decision.BLOCK
        asked = query.pictures[0] if query.pictures else None
        if verdict.decision is not Decision.BLOCK:
            # 6. a closer look
            seen = self._closer.at(query.pictures)
            sights = [sight for its in seen for sight in its.sights]
            if sights:
                evidence = self._evidence(evidence.candidates, borne_out, same_bytes, sights)
                verdict = self._decide(query, evidence.known_to(viewer), seller)
                asked = next((its.asked for its in seen if _shows(its, verdict)), asked)
        # 7. the answer is kept; owners of private works are told of a sighting
        unseen = self._unseen(query, evidence.unknown_to(viewer), seller)
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
        shown = asked if isinstance(verdict, Matched) else None
        self._checks.keep(check, unseen, picture=None if shown is None else shown.jpeg())
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

    def _evidence(
        self,
        candidates: list[Candidate],
        borne_out: set[WorkId],
        same_bytes: dict[WorkId, Work],
        sights: list[Sight],
    ) -> Evidence:
        """All of it, but for what is about works that left since they were found."""
        found = {one.work for one in candidates} | {one.work for one in sights}
        works = {**self._catalogue.many(found - set(same_bytes)), **same_bytes}
        parts = self._catalogue.parts(works)
        return Evidence(
            candidates=[one for one in candidates if one.work in works],
            same_bytes=set(same_bytes),
            borne_out=borne_out,
            sights=[one for one in sights if one.work in works],
            works=works,
            parts={(work, part.number): part for work, several in parts.items() for part in several},
        )

    def _decide(self, query: Query, evidence: Evidence, seller: AccountId | None) -> Verdict:
        """The decision, and then how many claim the same."""
        return shared(self._by_evidence(query, evidence, seller), evidence.works)

    @staticmethod
    def _by_evidence(query: Query, evidence: Evidence, seller: AccountId | None) -> Verdict:
        return decide(
            evidence.candidates,
            same_bytes=evidence.same_bytes,
            borne_out=evidence.borne_out,
            owners={name: work.account for name, work in evidence.works.items()},
            parts=evidence.parts,
            seller=seller,
            detail=query.detail,
            asked=(query.pictures[0].width, query.pictures[0].height) if query.pictures else None,
            sights=evidence.sights,
        )

    def _unseen(self, query: Query, evidence: Evidence, seller: AccountId | None) -> list[tuple[WorkId, Decision]]:
        match self._by_evidence(query, evidence, seller):
            case Matched(matches=matches):
                return [(match.work, match.decision) for match in matches]
            case _:
                return []

    def _seller(self, listing: Listing) -> AccountId | None:
        if listing.seller is None:
            return None
        account = self._accounts.named(listing.seller)
        return None if account is None else account.id


def _shows(sighted: Sighted, verdict: Verdict) -> bool:
    """Whether this picture of the file shows the strongest match."""
    return isinstance(verdict, Matched) and any(one.work == verdict.matches[0].work for one in sighted.sights)


def _must_be_words(listing: Listing) -> None:
    """What a marketplace calls a listing and its seller is kept with the check, so it has to be plain text."""
    for field, name in (("seller", listing.seller), ("listing", listing.listing)):
        if name is not None and (len(name) > MAX_NAME or not name.isprintable()):
            raise InvalidInput(f"A {field} is at most {MAX_NAME} printable characters.", field=field)
