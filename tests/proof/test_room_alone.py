"""The frozen room works where nothing else is installed: a bare interpreter and its own files."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "registry" / "proof"
VECTORS = Path(__file__).parents[1] / "vectors" / "certificates.json"
MODULES = sorted(path.stem for path in ROOM.glob("*.py") if path.stem not in ("__init__", "receipt"))

IMPORT = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
for module in sys.argv[2:]:
    importlib.import_module(f"registry.proof.{module}")
print(json.dumps(sorted(sys.modules)))
"""

VERIFY = """
import json, sys
sys.path.insert(0, sys.argv[1])
from registry.proof.certificate import parse_certificate
from registry.proof.verify import verify
vectors = json.load(open(sys.argv[2], encoding="utf-8"))
certificate = parse_certificate(vectors["answered"][0]["text"].encode())
verification = verify(certificate, bytes.fromhex(vectors["file"]), None, bytes.fromhex(vectors["log"]))
answers = verification.same_bytes, verification.anchored, verification.declared
print(json.dumps([type(answer).__name__ for answer in answers]))
"""


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder with the room in it and nothing else, not even the package around it."""
    shutil.copytree(ROOM, tmp_path / "registry" / "proof", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def _bare(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs it without site-packages, environment and current directory."""
    command = [sys.executable, "-I", "-S", "-B", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_all_but_receipts_need_the_standard_library_only(alone: Path) -> None:
    assert {"canonical", "certificate", "chain", "merkle", "signing", "statement", "verify"} <= set(MODULES)
    done = _bare(IMPORT, str(alone), *MODULES)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded - sys.stdlib_module_names <= {"__main__", "registry"}
    assert "registry" in loaded


def test_receipts_need_a_library_for_ed25519_and_say_so(alone: Path) -> None:
    done = _bare(IMPORT, str(alone), "receipt")
    assert done.returncode == 1
    assert "No module named 'cryptography'" in done.stderr


def test_a_certificate_is_verified_with_it(alone: Path) -> None:
    done = _bare(VERIFY, str(alone), str(VECTORS))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["Yes", "NotChecked", "Yes"]
