"""The ground, on real pictures: registered in one run, anchored once, certified, found again after alterations.

    python -m tests.bench.ground DIR…

Each folder's pictures are registered by the command line into a temporary registry. Then every picture is re-encoded
(JPEG 70), halved, mirrored and turned by 90°, and searched for by fingerprint alone; and every work is held against
every other. Prints Markdown, or JSON with --json; exits with 1 where an expectation didn't hold.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from registry.assemble import Registry, open_registry
from registry.certify import Pending
from registry.chains import open_chain
from registry.findings import Decision, Matched
from registry.match.decide import decide
from registry.match.thresholds import REACH
from registry.proof.receipt import ed25519_valid
from registry.proof.verify import verify
from registry.settings import Settings
from registry.works import Detail, Work

MOST_FLAT, MOST_REVIEW, MOST_GAS = 15, 3, 30_000


def _saved(picture: Image.Image, suffix: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, suffix, **options)
    return buffer.getvalue()


def _reencoded(picture: Image.Image) -> bytes:
    return _saved(picture.convert("RGB"), "JPEG", quality=70)


def _halved(picture: Image.Image) -> bytes:
    half = (max(1, picture.width // 2), max(1, picture.height // 2))
    return _saved(picture.resize(half, Image.Resampling.LANCZOS), "PNG")


def _mirrored(picture: Image.Image) -> bytes:
    return _saved(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG")


def _turned(picture: Image.Image) -> bytes:
    return _saved(picture.transpose(Image.Transpose.ROTATE_90), "PNG")


ALTERATIONS: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG 70": _reencoded,
    "halved": _halved,
    "mirrored": _mirrored,
    "turned 90°": _turned,
}


def main() -> int:
    """Runs it all and prints what came."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        told = _register(options.folders, Path(data))
        with open_registry(Settings(data_dir=Path(data))) as registry:
            works = {Path(line["path"]): registry.catalogue.work(line["work"]) for line in told}
            result = {
                **_anchoring(registry, works),
                **_found_again(registry, works),
                **_pairs(registry, works),
            }
    result["holds"] = _holds(result)
    print(json.dumps(result, indent=2, ensure_ascii=False) if options.json else _markdown(result))
    return 0 if result["holds"] else 1


def _register(folders: list[Path], data: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "registry.cli", "--data-dir", str(data), "register", "--json", *map(str, folders)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if "work" in line]


def _anchoring(registry: Registry, works: dict[Path, Work]) -> dict[str, Any]:
    certified, transactions = 0, set()
    with open_chain(registry.settings) as chain:
        for path, work in works.items():
            certificate = registry.certification.certificate(work)
            if isinstance(certificate, Pending):
                continue
            answer = verify(certificate, path.read_bytes(), chain, registry.identity.log, signatures=ed25519_valid)
            certified += answer.accepted
            transactions.add(certificate.anchor.transaction)
    assert registry.endpoint is not None
    gas = [
        int(_rpc(registry, "eth_getTransactionReceipt", "0x" + transaction.hex())["gasUsed"], 16)
        for transaction in transactions
    ]
    return {
        "registered": len(works),
        "certificates_accepted": certified,
        "checkpoint_transactions": len(transactions),
        "gas": gas,
        "not_distinct": Counter(work.detail for work in works.values() if work.detail is not Detail.DISTINCT),
    }


def _rpc(registry: Registry, method: str, *params: object) -> Any:
    assert registry.endpoint is not None
    answer = registry.endpoint.dispatch({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    assert isinstance(answer, dict)
    return answer["result"]


def _found_again(registry: Registry, works: dict[Path, Work]) -> dict[str, Any]:
    lost: dict[str, list[str]] = {name: [] for name in ALTERATIONS}
    registry.follower.catch_up()

    def one(path: Path, work: Work, name: str) -> tuple[str, str, bool]:
        with Image.open(path) as picture:
            altered = ALTERATIONS[name](picture)
        query = registry.desk.look_at(altered)
        first = registry.follower.index.nearest(query.variants, 1)
        return name, path.name, bool(first) and first[0].work == work.id

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(one, path, work, name) for path, work in works.items() for name in ALTERATIONS]
        for job in jobs:
            name, file, found = job.result()
            if not found:
                lost[name].append(file)
    distinct = {path.name for path, work in works.items() if work.detail is Detail.DISTINCT}
    return {
        "lost": {name: len(files) for name, files in lost.items()},
        "lost_although_distinct": sorted({file for files in lost.values() for file in files} & distinct),
    }


def _pairs(registry: Registry, works: dict[Path, Work]) -> dict[str, Any]:
    names = {work.id: path for path, work in works.items()}
    owners = {work.id: work.account for work in works.values()}
    found: dict[frozenset[str], tuple[Decision, str]] = {}
    for path, work in works.items():
        query = registry.desk.look_at(path.read_bytes())
        others = [one for one in registry.follower.index.search(query.variants, REACH) if one.work != work.id]
        borne_out = {one.work for one in others}
        verdict = decide(
            others, same_bytes=(), borne_out=borne_out, owners=owners, parts={}, seller=None, detail=query.detail
        )
        if isinstance(verdict, Matched):
            for match in verdict.matches:
                distances = ", ".join(f"{signal.scheme} {signal.distance}" for signal in match.signals)
                pair = frozenset({str(path), str(names[match.work])})
                if pair not in found or match.decision is Decision.BLOCK:
                    found[pair] = (match.decision, distances)
    return {
        "pairs": len(works) * (len(works) - 1) // 2,
        "false_block": sum(decision is Decision.BLOCK for decision, _ in found.values()),
        "false_review": sum(decision is Decision.REVIEW for decision, _ in found.values()),
        "listed": [
            {"pair": sorted(Path(name).name for name in pair), "decision": decision, "distances": distances}
            for pair, (decision, distances) in found.items()
        ],
    }


def _holds(result: dict[str, Any]) -> bool:
    return bool(
        result["certificates_accepted"] == result["registered"]
        and result["checkpoint_transactions"] == 1
        and max(result["gas"]) <= MOST_GAS
        and not result["lost_although_distinct"]
        and sum(result["not_distinct"].values()) <= MOST_FLAT
        and result["false_block"] == 0
        and result["false_review"] <= MOST_REVIEW
    )


def _markdown(result: dict[str, Any]) -> str:
    rows = [
        ("works registered", result["registered"]),
        ("certificates verified", result["certificates_accepted"]),
        ("checkpoint transactions", f"{result['checkpoint_transactions']}, {max(result['gas']):,} gas"),
        ("declared flat or noisy", sum(result["not_distinct"].values())),
        *((f"not ranked first: {name}", lost) for name, lost in result["lost"].items()),
        ("of these, declared distinct", len(result["lost_although_distinct"])),
        ("pairs of distinct works", f"{result['pairs']:,}"),
        ("falsely blocked", result["false_block"]),
        ("falsely reviewed", result["false_review"]),
    ]
    lines = ["| | |", "|---|---|", *(f"| {label} | {value} |" for label, value in rows)]
    lines += [f"\n{one['decision']}: {' and '.join(one['pair'])} ({one['distances']})" for one in result["listed"]]
    return "\n".join([*lines, "", "Every expectation held." if result["holds"] else "**Not every expectation held.**"])


if __name__ == "__main__":
    sys.exit(main())
