"""What thieves do to pictures: deterministic attacks in three strengths, each with the truth of where the work went.

attack.py         Attack, and Shown: a picture with the map from the work to it; seeds
quality.py, colours.py, framing.py, covering.py, surroundings.py, mockups.py   the steps
lettering.py      sellers' words
suite.py          the suite put together

An attack's picture depends on the work's picture, the seed (the work's and the attack's names) and the pictures that
stand beside the work, on nothing else.
"""

from registry.cli.bench.attacks.attack import Attack, Shown, Strength, seed_of
from registry.cli.bench.attacks.suite import ATTACKS

__all__ = ["ATTACKS", "Attack", "Shown", "Strength", "seed_of"]
