"""Register: a claimant's file becomes an entry in the log, and the claimant holds a receipt.

1. is it there already: the same claimant and bytes are the same work, with another description a conflict
2. the file makes its one trip through the sandbox: its parts, their codes, thumbnails, what their detail is good for
3. the claim, its salts, its entry
4. what is kept of the file besides, encrypted: its canonical raster unless refused, the file itself if asked for
5. one transaction: work, claim, codes, the entry at the next index, a row in the feed, the receipt signed for it
6. similar earlier works that the claimant may know of are told

What is returned was committed. A claim says what was declared and never who owns: a work that resembles an earlier one
is registered all the same, since no registry can tell who copied whom, but anyone can compare the dates.
"""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.accounts import Account, Viewer
from registry.blobs.safe import Keepsake, Purpose, Safe
from registry.clock import Clock
from registry.errors import Conflict, InvalidInput, MediaError, NotFound, OriginmarkError
from registry.findings import Orientation
from registry.fingerprint.manifest import encode_manifest
from registry.ids import new_id
from registry.intake.crossing import must_be_readable
from registry.intake.taken import CODES_VERSION, Intake
from registry.log.promise import promise
from registry.match.thresholds import REACH
from registry.proof.receipt import Receipt
from registry.proof.statement import SALT_BYTES, Claim, Claimant, encode_statement, entry_of, manifest_commitment
from registry.search.follow import Follower
from registry.search.index import Index
from registry.store.catalogue import Catalogue
from registry.store.registration import Draft, Registrations
from registry.works import USUAL_KEEPING, Codes, Description, Keeping, Work, WorkId

DECLARATION = "2026-11"
"""The version of the declaration that claimants agree to: docs/declaration.md has its text."""

MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier work that the new one resembles; distances in bits of 256 and of 64, both 0 for the same bytes."""

    work: Work
    same_bytes: bool
    orientation: Orientation
    pdq: int
    phash: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A work that stands in the log; `new` is False where it stood there before."""

    work: Work
    receipt: Receipt
    new: bool
    similar: tuple[Similar, ...]


Outcome = Registered | OriginmarkError
"""What became of a file that was handed in."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A file's bytes, what its claimant says of it, and what of it may be kept."""

    data: bytes = field(repr=False)
    description: Description
    keeping: Keeping = USUAL_KEEPING


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file on its way through the sandbox. `same_bytes` are others' works with its bytes, by now.

    `sha256` and `size` are of its bytes, `original` are the bytes themselves where they are to be kept. None of these
    is a worker's word.
    """

    intake: "Future[Intake]"
    sha256: bytes
    size: int
    description: Description
    account: Account
    previous: Work | None
    same_bytes: list[Work]
    original: bytes | None = field(repr=False)


class Registering:
    """The journey of registering. One for all threads of a process."""

    def __init__(
        self,
        *,
        log: bytes,
        signer: Ed25519PrivateKey,
        take_in: Callable[[bytes, bool], "Future[Intake]"],
        safe: Safe,
        catalogue: Catalogue,
        registrations: Registrations,
        follower: Follower[Index],
        may_append: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`may_append` raises where the log must not grow just now."""
        self._log, self._signer, self._take_in, self._safe = log, signer, take_in, safe
        self._may_append = may_append
        self._catalogue, self._registrations = catalogue, registrations
        self._follower, self._clock = follower, clock

    def register(
        self, data: bytes, description: Description, account: Account, keeping: Keeping = USUAL_KEEPING
    ) -> Registered:
        """Registers a file's bytes for an account.

        Raises MediaError for a file that can't be taken in, InvalidInput for a description that can't be, and Conflict
        where the account has registered these bytes with another description.
        """
        (handed,) = self.hand_in([Submission(data, description, keeping)], account)
        (outcome,) = self.enter([handed]) if isinstance(handed, HandedIn) else (handed,)
        if isinstance(outcome, OriginmarkError):
            raise outcome
        return outcome

    def hand_in(self, submissions: Sequence[Submission], account: Account) -> list[HandedIn | Outcome]:
        """Steps 1 and 2, for several files with one question to the database.

        What is there already, or can't be registered as described, comes back at once; the rest is on its way through
        the sandbox, for `enter` to wait for.
        """
        digests = [sha256(submission.data).digest() for submission in submissions]
        # 1. is it there already
        there = self._catalogue.with_digests(set(digests))
        handed: list[HandedIn | Outcome] = []
        for submission, digest in zip(submissions, digests, strict=True):
            try:
                handed.append(self._hand_in(submission, digest, account, there.get(digest, [])))
            except OriginmarkError as error:
                handed.append(error)
        return handed

    def _hand_in(
        self, submission: Submission, digest: bytes, account: Account, same_bytes: list[Work]
    ) -> HandedIn | Outcome:
        previous = self._earlier_version(submission.description, account)
        own = next((work for work in same_bytes if work.account == account.id), None)
        if own is not None:
            return self._repeated(own, submission.description)
        self._may_append()
        # 2. the file makes its one trip through the sandbox
        intake = self._take_in(submission.data, submission.keeping.raster)
        original = submission.data if submission.keeping.original else None
        size = len(submission.data)
        return HandedIn(intake, digest, size, submission.description, account, previous, same_bytes, original)

    def enter(self, handed: Sequence[HandedIn]) -> list[Outcome]:
        """Steps 3 to 6, for several files in one transaction; waits for those that aren't ready."""
        if handed:
            self._may_append()
        outcomes: dict[int, Outcome] = {}
        drafts: dict[int, Draft] = {}
        kept: list[Keepsake] = []
        for place, one in enumerate(handed):
            try:
                # 3. the claim, its salts, its entry
                intake = one.intake.result()
                drafts[place] = draft = self._draft(intake, one)
            except MediaError as error:
                outcomes[place] = error
            else:
                kept += [
                    Keepsake(purpose, draft.id, data)
                    for purpose, data in ((Purpose.RASTER, intake.raster), (Purpose.ORIGINAL, one.original))
                    if data is not None
                ]
        # 4. what is kept of the file besides, encrypted
        blobs = self._safe.keep_all(kept)
        drafts = {
            place: replace(
                draft,
                raster=blobs.get((Purpose.RASTER, draft.id)),
                original=blobs.get((Purpose.ORIGINAL, draft.id)),
            )
            for place, draft in drafts.items()
        }
        # Crash here: blobs that no work names, which are swept away when they are old enough.
        # 5. one transaction
        receipts: dict[WorkId, Receipt] = {}

        def seal(draft: Draft, index: int) -> Receipt:
            receipts[draft.id] = promise(
                self._signer, log=self._log, entry=draft.entry, index=index, received=draft.registered
            )
            return receipts[draft.id]

        works = self._registrations.add_all(list(drafts.values()), seal) if drafts else []
        # Crash here: the works are registered, their claimants don't know, and asking again finds them at step 1.
        # 6. similar earlier works that the claimant may know of are told
        self._follower.catch_up()
        for (place, draft), work in zip(drafts.items(), works, strict=True):
            outcomes[place] = self._outcome(handed[place], draft, work, receipts)
        return [outcomes[place] for place in range(len(handed))]

    def _outcome(self, handed: HandedIn, draft: Draft, work: Work, receipts: dict[WorkId, Receipt]) -> Outcome:
        if work.id != draft.id:
            # The same bytes were registered for this account at the same moment.
            try:
                return self._repeated(work, draft.description)
            except Conflict as error:
                return error
        codes = [each for taken in draft.parts for each in taken.codes.values()]
        similar = self._similar(work, codes, handed.same_bytes)
        return Registered(work=work, receipt=receipts[work.id], new=True, similar=similar)

    def _earlier_version(self, description: Description, account: Account) -> Work | None:
        title = description.title
        if not title.strip() or len(title) > MAX_TITLE or any(ord(character) < 32 for character in title):
            raise InvalidInput(
                f"A title has 1 to {MAX_TITLE} characters and no control characters.",
                field="title",
                remedy="Choose another title.",
            )
        if description.previous is None:
            return None
        previous = self._catalogue.work(description.previous)
        if previous is None or previous.account != account.id:
            raise NotFound("work", description.previous, remedy="An earlier version is a work of the same account.")
        return previous

    def _repeated(self, there: Work, description: Description) -> Registered:
        differences = {
            name: (str(stored), str(given))
            for name in ("title", "kind", "visibility", "role", "previous")
            if (stored := getattr(there.description, name)) != (given := getattr(description, name))
        }
        if differences:
            told = "; ".join(f"{name} is {stored}, not {given}" for name, (stored, given) in differences.items())
            raise Conflict(
                f"This file is registered already, as {there.id}, with another description: {told}.",
                differences=differences,
                remedy="What was declared can't be changed. Leave the description as it was.",
            )
        return Registered(work=there, receipt=self._catalogue.receipt(there), new=False, similar=())

    def _draft(self, intake: Intake, handed: HandedIn) -> Draft:
        must_be_readable(intake.parts)
        now, account = self._clock(), handed.account
        manifest = encode_manifest((taken.part, taken.fingerprints) for taken in intake.parts)
        manifest_salt = secrets.token_bytes(SALT_BYTES)
        statement = encode_statement(
            Claim(
                log=self._log,
                file_sha256=handed.sha256,
                file_size=handed.size,
                media_type=intake.media_type,
                fingerprints=manifest_commitment(manifest_salt, manifest),
                claimant=Claimant(account=account.id, name=account.name),
                role=handed.description.role,
                declaration=DECLARATION,
                previous=None if handed.previous is None else handed.previous.entry,
                declared=now,
                salt=secrets.token_bytes(SALT_BYTES),
            )
        )
        return Draft(
            id=WorkId(new_id("wrk")),
            account=account.id,
            description=handed.description,
            sha256=handed.sha256,
            size=handed.size,
            media_type=intake.media_type,
            width=intake.width,
            height=intake.height,
            detail=intake.detail,
            codes_version=CODES_VERSION,
            parts=intake.parts,
            raster=None,
            original=None,
            statement=statement,
            manifest=manifest,
            manifest_salt=manifest_salt,
            entry=entry_of(statement),
            registered=now,
        )

    def _similar(self, work: Work, codes: list[Codes], same_bytes: list[Work]) -> tuple[Similar, ...]:
        queries = [(Orientation.UPRIGHT, each) for each in codes]
        found = {candidate.work: candidate for candidate in reversed(self._follower.index.search(queries, REACH))}
        same = {other.id: other for other in same_bytes}
        works = {**self._catalogue.many(set(found) - set(same) - {work.id}), **same}
        viewer = Viewer(account=work.account)
        similar = [
            Similar(
                work=other,
                same_bytes=other.id in same,
                orientation=Orientation.UPRIGHT,
                pdq=0 if other.id in same else found[other.id].pdq,
                phash=0 if other.id in same else found[other.id].phash,
            )
            for other in works.values()
            if other.index < work.index and other.known_to(viewer)
        ]
        return tuple(sorted(similar, key=lambda one: (not one.same_bytes, one.pdq, one.phash, one.work.index)))
