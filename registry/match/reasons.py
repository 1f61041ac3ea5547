"""What decisions say: the sentences that reasons are made of."""

from registry.findings import Decision, MatchClass
from registry.match.thresholds import ALIKE, NEAR, PDQ_BITS, PHASH_BITS, VERY_NEAR
from registry.works import Detail

SAME_BYTES = "The file is byte for byte that of {work}: its SHA-256 is the same."
OWN = "The work is the seller's own, so this match allows the listing."
SEEN = (
    "A closer look finds {work} in the picture, by where its outlines and points are: "
    "at most {rate:.1g} of pairs of different works come as close."
)
GENERIC = "The work looks so much like what many people draw that this alone does not block a listing."
OTHER_LIGHT = (
    "Seen field by field, light and dark are not laid out as in the work, or there is too little of them to tell: "
    "codes of whole pictures alone don't block then."
)
SHARED = {
    MatchClass.SHARES_AN_ELEMENT: (
        "Only an element is the same and the rest differs, as where two works use the same clip art: "
        "a person should compare the pictures."
    ),
    MatchClass.SAME_OBJECT: (
        "It looks like the same object photographed again, which anybody may do: a person should compare the pictures."
    ),
}
PLAIN = (
    "It shows so little of its own that two people may have made the same file, each by themselves: "
    "a person should look who did."
)
CONSEQUENCES = {
    Decision.BLOCK: "That is evidence enough to block the listing.",
    Decision.REVIEW: "That is too close to pass and not close enough to block: a person should compare the pictures.",
}
NOTHING_FOUND = (
    "No registered work has the same bytes, and none looks alike: "
    f"within {VERY_NEAR.pdq} of {PDQ_BITS} bits of PDQ, "
    f"within {NEAR.pdq} of them and {NEAR.phash} of {PHASH_BITS} of pHash, or within {ALIKE.pdq} and {ALIKE.phash}."
)
BYTES_ONLY = "nothing in it could be recognised. Only its exact bytes were looked up, and no registered work has them."
NOT_COMPARABLE = {
    Detail.FLAT: f"The picture is blank or nearly so: {BYTES_ONLY}",
    Detail.NOISY: f"The picture is noise: {BYTES_ONLY}",
    Detail.COMMON: (
        "The picture shows what everybody has, a standard pattern, a plain shape or a blank product, "
        "and codes can't tell whose it is. Only its exact bytes were looked up, and no registered work has them."
    ),
}
