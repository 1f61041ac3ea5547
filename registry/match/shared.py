"""What many claimants share is common material, and no reason to block by itself.

    1. Who claims it: the accounts other than the seller whose works would each block the listing.
    2. Fewer than `COMMON_CLAIMANTS`: nothing changes. An author, a holder of rights and an agent may each declare one
       work; a fourth has no such reason.
    3. As many or more: `review`, with their number and the first of them by the log. Never `allow`: if a few
       registrations disarmed an author, a gang would make them.
    4. But a first claimant who was alone for `CLEAR_LEAD` keeps `block`, unless the seller was earlier still: no number
       of later accounts weighs more than having been alone with it.

What is counted is in the verdict already, so the number tells of no work that whoever asks may not know of: a private
work changes nothing for strangers, here too.
"""

from collections.abc import Mapping
from dataclasses import replace

from registry.clock import Seconds
from registry.findings import Decision, Match, Matched, Verdict
from registry.works import Work, WorkId

COMMON_CLAIMANTS = 4
"""So many accounts, at least, make a picture common material."""

CLEAR_LEAD: Seconds = 30 * 86_400
"""How long the first claimant must have been the only one to be taken for more than one of many."""

_GRAVEST_FIRST = (Decision.BLOCK, Decision.REVIEW, Decision.ALLOW)


def shared(verdict: Verdict, works: Mapping[WorkId, Work]) -> Verdict:
    """The verdict once it is asked how many claim the same. `works` holds every work that the verdict is about."""
    match verdict:
        case Matched(matches=matches):
            blocking = sorted((works[one.work] for one in matches if one.decision is Decision.BLOCK), key=_order)
            if len({work.account for work in blocking}) < COMMON_CLAIMANTS:
                return verdict
            own = [works[one.work] for one in matches if one.decision is Decision.ALLOW]
            weighed = [_weighed(one, works[one.work], blocking, own) for one in matches]
            return Matched(tuple(sorted(weighed, key=lambda one: _GRAVEST_FIRST.index(one.decision))))
        case _:
            return verdict


def _order(work: Work) -> int:
    return work.index


def _weighed(match: Match, work: Work, blocking: list[Work], own: list[Work]) -> Match:
    """The match with what it bears among so many; `blocking` are the works that would block, in the log's order."""
    if match.decision is not Decision.BLOCK:
        return match
    first = blocking[0]
    accounts = len({one.account for one in blocking})
    days = _lead(blocking) // 86_400
    alone = _lead(blocking) >= CLEAR_LEAD and all(first.index < one.index for one in own)
    if alone and work.account == first.account:
        return replace(match, reasons=(*match.reasons, _FIRST.format(later=accounts - 1, days=days)))
    words = _LATER if alone else _COMMON
    return replace(
        match,
        decision=Decision.REVIEW,
        # the last reason says what follows, which is another thing now
        reasons=(*match.reasons[:-1], words.format(accounts=accounts, first=first.id, index=first.index, days=days)),
    )


def _lead(blocking: list[Work]) -> Seconds:
    """How long the first claimant was the only one; by the registry's clock, in the log's order."""
    first = blocking[0]
    return next(work.registered for work in blocking if work.account != first.account) - first.registered


_COMMON = (
    "{accounts} different accounts have registered it, so it may be common material that is nobody's to forbid, or "
    "copies that are meant to look so. The first of them is {first}, entry {index} of the log: a person should compare."
)
_LATER = (
    "{accounts} different accounts have registered it. This is a later claim: {first}, entry {index} of the log, "
    "was the only one for {days} days."
)
_FIRST = "{later} other accounts have registered it since; this work was the only one for {days} days."
