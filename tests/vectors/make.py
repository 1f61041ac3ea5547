"""Writes every file of vectors anew, by the textbook and without a line of the registry's code.

python -m tests.vectors.make            writes the files; nothing changes unless this code did
python -m tests.vectors.make --check    exits 1 unless the files are what would be written
"""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.vectors import (
    make_block_proofs,
    make_canonical,
    make_certificates,
    make_merkle,
    make_receipts,
    make_statements,
)

DOCUMENTS: dict[Path, Callable[[], str]] = {
    module.FILE: module.document
    for module in (
        make_block_proofs,
        make_canonical,
        make_certificates,
        make_merkle,
        make_receipts,
        make_statements,
    )
}


def main() -> int:
    """Writes the files, or compares them."""
    if "--check" in sys.argv[1:]:
        return int(any(file.read_text("utf-8") != document() for file, document in DOCUMENTS.items()))
    for file, document in DOCUMENTS.items():
        file.write_text(document(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
