"""`python -m registry.cli` is `originmark`."""

from registry.cli import main

main()
