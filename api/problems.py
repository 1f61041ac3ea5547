"""Errors as they go over the wire: which error type is which problem, in one table.

A problem (RFC 9457) has a type that stays, a status, a title that goes with the type, and what this one case says:
detail, remedy and facts. `PROBLEMS` names every error of `registry.errors`, or a parent of it; `FRAMEWORK` is for what
the web framework refuses before any of our code runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from registry import errors
from registry.errors import OriginmarkError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem.

    `facts` are the error's attributes that the answer carries. `told` is whether the error's own sentence may leave the
    house: the words of a database driver or of a foreign node may not.
    """

    status: int
    slug: str
    title: str
    meaning: str
    facts: tuple[str, ...] = ()
    told: bool = True

    @property
    def type(self) -> str:
        """The URI that names it, relative to the server: it answers with the meaning."""
        return f"/problems/{self.slug}"


PROBLEMS: Mapping[type[OriginmarkError], Problem] = {
    errors.UnsupportedMedia: Problem(
        415, "unsupported-media", "Not a picture we read", "The file's bytes are of no format that is read here."
    ),
    errors.MalformedMedia: Problem(
        422,
        "malformed-media",
        "A damaged picture",
        "The file begins like a picture and then breaks its format's rules.",
    ),
    errors.MediaTooLarge: Problem(
        413,
        "media-too-large",
        "Too large a picture",
        "The file has more bytes, pixels, frames, pages, layers or elements than are taken.",
        facts=("what", "limit", "actual"),
    ),
    errors.MediaTooDeep: Problem(
        422,
        "media-too-deep",
        "Nested too deep a file",
        "Groups within groups, or objects within objects, go deeper than they are followed.",
        facts=("what", "limit"),
    ),
    errors.MediaTooSlow: Problem(
        422,
        "media-too-slow",
        "Reading the picture took too long",
        "A picture may use only so much time; this one was given up.",
        facts=("seconds",),
    ),
    errors.MediaTooHungry: Problem(
        422,
        "media-too-hungry",
        "Reading the picture took too much memory",
        "A picture may use only so much memory; this one was given up.",
        facts=("limit",),
    ),
    errors.WorkerDied: Problem(
        422,
        "media-unreadable",
        "Reading the picture failed",
        "The process that read the picture died of it. Nothing else was lost.",
    ),
    errors.InvalidInput: Problem(
        422,
        "invalid-input",
        "A value that means nothing here",
        "A field, a parameter or the request's form isn't what this route takes.",
        facts=("field",),
    ),
    errors.KeyMissing: Problem(
        401, "key-missing", "An API key is needed", "The request has no API key, and this route needs one."
    ),
    errors.KeyRefused: Problem(
        401, "key-refused", "The API key isn't valid", "The API key is unknown, expired or revoked."
    ),
    errors.ScopeMissing: Problem(
        403,
        "scope-missing",
        "The API key doesn't allow this",
        "The key is good, and lacks the scope that this route needs.",
        facts=("scope",),
    ),
    errors.OriginRefused: Problem(
        403,
        "origin-refused",
        "Not from this page",
        "The local page's session serves that page alone: another site or host name can't use it.",
    ),
    errors.AccessDenied: Problem(403, "access-denied", "Not allowed", "Whoever asked is known, and may not do this."),
    errors.NotFound: Problem(
        404,
        "not-found",
        "Not here",
        "There is nothing of this name, or it isn't yours to see; which of them is not told.",
        facts=("noun", "name"),
    ),
    errors.Conflict: Problem(
        409,
        "conflict",
        "It is there already, and differs",
        "The same file was registered before with another description, and what was declared can't be changed.",
        facts=("differences",),
    ),
    errors.IndexBehind: Problem(
        503,
        "index-behind",
        "The search index is catching up",
        "An answer now could miss a registered work, so none is given.",
        facts=("position", "head", "retry_after"),
    ),
    errors.Busy: Problem(503, "busy", "Not now", "This can't be done now, but later.", facts=("retry_after",)),
    errors.RpcUnavailable: Problem(
        503, "chain-unavailable", "The chain doesn't answer", "The chain's node gave no answer.", told=False
    ),
    errors.ChainAhead: Problem(
        503,
        "read-only",
        "Nothing is registered just now",
        "The chain knows of entries that this registry's database lacks, as after an old backup was restored. What is "
        "there can be read and checked; registering goes on when the missing entries are back.",
        facts=("chain", "known"),
    ),
    errors.LedgerError: Problem(
        502, "chain-error", "The chain refused", "The chain's node gave an answer that can't be used.", told=False
    ),
    errors.LogDiverged: Problem(
        500,
        "log-diverged",
        "The log contradicts itself",
        "The database's entries no longer give a root that was published. Keep the checkpoints that you have.",
    ),
    errors.BlobStoreUnavailable: Problem(
        503,
        "blob-store-unavailable",
        "What is kept of files can't be reached",
        "The place where encrypted rasters and originals are kept gave no answer.",
        told=False,
    ),
    errors.BlobStoreRefused: Problem(
        502,
        "blob-store-refused",
        "What is kept of files is refused",
        "The place where encrypted rasters and originals are kept refused this server.",
        told=False,
    ),
    errors.StoreError: Problem(
        500, "store-error", "The database doesn't answer", "The registry's database failed.", told=False
    ),
    errors.PublicLogError: Problem(
        502, "public-log-error", "Another log can't be used", "A public log that was to be read gave no good answer."
    ),
    errors.SettingsError: Problem(
        500, "settings-error", "The server isn't set up", "A setting of this server can't be used.", told=False
    ),
    # Never raised itself: it stands in for a kind of it that has no row yet.
    errors.MediaError: Problem(
        422, "media-refused", "The picture can't be taken in", "The file can't be read as a picture."
    ),
}

UNEXPECTED = Problem(
    500, "unexpected", "Something broke", "A fault of this server; its operator finds the details in the server's log."
)
BODY_TOO_LARGE = Problem(
    413, "body-too-large", "Too large a request", "The request's body is larger than this route takes.", told=True
)
FRAMEWORK: Mapping[int, Problem] = {
    400: Problem(
        400, "bad-request", "Not a request we can read", "The request's body breaks the rules of its own form."
    ),
    404: Problem(404, "no-such-route", "No such address", "This server has no such address."),
    405: Problem(405, "method-not-allowed", "Not with this method", "The address is there, for other methods."),
}

ALL: Mapping[str, Problem] = {
    problem.slug: problem for problem in (*PROBLEMS.values(), UNEXPECTED, BODY_TOO_LARGE, *FRAMEWORK.values())
}


def problem_of(error: OriginmarkError) -> Problem:
    """The problem that an error is: its own type's, or the nearest parent's; a bare OriginmarkError is unexpected."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), UNEXPECTED)


def describe(error: OriginmarkError) -> tuple[Problem, dict[str, object]]:
    """The problem that an error is, and the body of the answer."""
    problem = problem_of(error)
    told = problem.told and problem is not UNEXPECTED
    facts = {name: getattr(error, name) for name in problem.facts}
    return problem, body(
        problem, error.message if told else problem.meaning, remedy=error.remedy if told else "", facts=facts
    )


def body(
    problem: Problem, detail: str, *, remedy: str = "", facts: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The JSON of a problem; facts that are empty are left out."""
    answer: dict[str, object] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
    }
    if remedy:
        answer["remedy"] = remedy
    for name, value in (facts or {}).items():
        if value not in (None, "", {}):
            answer[name] = {field: list(pair) for field, pair in value.items()} if isinstance(value, dict) else value
    return answer


def of_status(status: int) -> Problem:
    """The problem for a status that the framework chose."""
    known = FRAMEWORK.get(status)
    if known is not None:
        return known
    if status >= 500:
        return UNEXPECTED
    return Problem(status, "bad-request", HTTPStatus(status).phrase, FRAMEWORK[400].meaning)
