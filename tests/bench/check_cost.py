"""What a check costs beyond reading the picture, at a hundred thousand registered works.

    python -m tests.bench.check_cost DIR… [--works 100000] [--rounds 3]

Seeded random codes fill the registry's tables; then the same pictures go through the intake alone (decode and
fingerprint in eight orientations, in a sandboxed process) and through a whole check in process, in turns. Prints
the ratio.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from sqlmodel import Session, select

from registry.accounts import Viewer
from registry.assemble import Registry, open_registry
from registry.cli.files import pictures_in
from registry.intake.taken import CODES_VERSION
from registry.listings import Listing
from registry.settings import Settings
from registry.store.tables import CodeFeedRow, CodesRow, LogEntryRow, LogHeadRow, WorkRow

BATCH = 10_000


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = pictures_in(options.folders)
    pictures = [path.read_bytes() for path in found[:: max(1, len(found) // options.pictures)]]
    with tempfile.TemporaryDirectory() as data, open_registry(Settings(data_dir=Path(data))) as registry:
        _fill(registry, options.works)
        row = _measure(registry, pictures, options.rounds)
    row["works"] = options.works
    if options.json:
        print(json.dumps(row, indent=2))
        return
    print("| registered works | pictures | decode and fingerprint | whole check | costs more |")
    print("|---|---|---|---|---|")
    print(
        f"| {options.works:,} | {len(pictures)} | {row['intake_ms']:.2f} ms | {row['check_ms']:.2f} ms "
        f"| **{row['more']:.1%}** |"
    )


def _measure(registry: Registry, pictures: Sequence[bytes], rounds: int) -> dict[str, float]:
    def look() -> None:
        for picture in pictures:
            registry.desk.look_at(picture)

    def check() -> None:
        for picture in pictures:
            registry.checking.check(picture, Listing(), Viewer(None))

    started = time.perf_counter()
    registry.follower.catch_up()
    loaded = time.perf_counter() - started
    look()
    check()
    times = [(_timed(look), _timed(check)) for _ in range(rounds)]
    intake, whole = (median(column) / len(pictures) * 1000 for column in zip(*times, strict=True))
    return {"index_load_s": loaded, "intake_ms": intake, "check_ms": whole, "more": whole / intake - 1}


def _timed(run: Callable[[], None]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _fill(registry: Registry, works: int) -> None:
    """Rows as registering makes them, as far as search and check read them."""
    account = registry.access.account_or_default(None)
    rng = np.random.default_rng(1)
    for start in range(0, works, BATCH):
        numbers = range(start, min(start + BATCH, works))
        with registry.database.write() as session:
            head = session.exec(select(LogHeadRow)).one()
            _add(session, head, numbers, account.id, rng)
            head.size += len(numbers)
            head.feed += len(numbers)
            session.add(head)


def _add(session: Session, head: LogHeadRow, numbers: range, account: str, rng: np.random.Generator) -> None:
    for place, number in enumerate(numbers):
        index, work, entry = head.size + place, f"wrk_{number:020}", rng.bytes(32)
        session.add(LogEntryRow(log_index=index, entry=entry, received=0))
        session.add(CodeFeedRow(seq=head.feed + 1 + place, op="add", work=work))
        session.add(
            WorkRow(
                id=work,
                account=account,
                title=work,
                kind="image",
                visibility="public",
                role="author",
                sha256=rng.bytes(32),
                size=1,
                media_type="image/png",
                width=1,
                height=1,
                detail="distinct",
                codes_version=CODES_VERSION,
                entry=entry,
                log_index=index,
                registered=0,
            )
        )
    session.flush()
    session.add_all(
        CodesRow(work=f"wrk_{number:020}", part=0, ground="opaque", pdq=rng.bytes(32), phash=rng.bytes(8))
        for number in numbers
    )


if __name__ == "__main__":
    main()
