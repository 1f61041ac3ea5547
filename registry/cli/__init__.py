"""The command line: parse, call a journey, print. Exit codes: 0 done, 1 a negative answer, 2 an error.

app.py          the commands put together, and the one place where errors become a red line
output.py       tables for people, JSON for programs
register.py check.py works.py certificate.py accounts.py keys.py status.py serve.py demo/   a command each
"""

from registry.cli.app import main

__all__ = ["main"]
