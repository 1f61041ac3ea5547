"""The demo, and the drawings it is played with.

command.py     `originmark demo`; play.py has its parts, screen.py and teller.py what is seen of it
art/           the pictures; tests and benches use them too
"""

from registry.cli.demo.command import add_to

__all__ = ["add_to"]
