"""Divides the pictures that matching is measured on: a quarter to tune on, the rest to measure on, by their names.

    python -m tests.bench.matching_split DATA OUT

DATA holds one folder for each source. OUT gets `tune` and `measure`, each with `photos`, `designs` and `faint`, of
links to the files. Which half a picture falls in depends on the SHA-256 of its folder's and its own name, so that
nobody chooses.
"""

import argparse
from hashlib import sha256
from pathlib import Path

FOLDERS = {
    "photos": ("clothing_cc0", "bsds500", "grocery_iconic", "kodak"),
    "designs": (
        "logos_gilbarbara",
        "game_icons_lorc",
        "noto_emoji",
        "gophers_cc0",
        "flags",
        "ui_uied",
        "ui_dispatch",
    ),
    "faint": ("subtle_patterns",),
}
TUNED_SHARE = 64
"""Of 256."""


def main() -> None:
    """Makes the links."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    for kind, folders in FOLDERS.items():
        for folder in folders:
            for file in sorted((options.data / folder).iterdir()):
                name = f"{folder}-{file.name}"
                part = "tune" if sha256(name.encode()).digest()[0] < TUNED_SHARE else "measure"
                link = options.out / part / kind / name
                link.parent.mkdir(parents=True, exist_ok=True)
                if not link.is_symlink():
                    link.symlink_to(file.resolve())


if __name__ == "__main__":
    main()
