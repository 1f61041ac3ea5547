"""The demo's play, in three parts: what is done with a registry, what was expected each time, and what came of it.

    registering.py  a dozen works of two claimants, one checkpoint, one transaction
    checking.py     copies of them, a claimant's own listing, a private work, strangers, a blank card
    proving.py      a certificate that holds, and forged ones that don't

Everything goes through the journeys that the other commands use.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from registry.cli.demo.cast import Cast
from registry.cli.demo.checking import checking
from registry.cli.demo.proving import proving
from registry.cli.demo.registering import registering
from registry.cli.demo.rows import Row, Timer


def play(cast: Cast, tell: Callable[[str], None], timer: Timer) -> Iterator[Row]:
    """The rows, each as soon as it is known; `tell` hears what is under way."""
    for expectation in chain(registering(cast), checking(cast), proving(cast)):
        tell(expectation.what)
        yield expectation.try_it(timer)
