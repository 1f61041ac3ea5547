"""A sceptic at work: runs tests/verify_certificate.py as another process, with nothing but the standard library."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("verify_certificate.py")


@dataclass(frozen=True)
class Judgement:
    """What the script said: whether it verified, and its one line behind the verdict."""

    verified: bool
    says: str


def judge(folder: Path, certificate: bytes, file: bytes, *, log: bytes, rpc: str) -> Judgement:
    """The script's judgement; `folder` is for the two files. AssertionError where it says anything but its one line."""
    certificate_path, file_path = folder / "certificate.json", folder / "file"
    certificate_path.write_bytes(certificate)
    file_path.write_bytes(file)
    # -I and -S: no site-packages, no environment of Python's, no current directory.
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(certificate_path), str(file_path)]
    done = subprocess.run(
        [*command, "--registry", log.hex(), "--rpc", rpc],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"NO_PROXY": "*"},
    )
    verified = done.returncode == 0
    said, silent = (done.stdout, done.stderr) if verified else (done.stderr, done.stdout)
    assert (silent, said.count("\n")) == ("", 1), done
    verdict, says = said.rstrip("\n").split(" ", 1) if verified else said.rstrip("\n").split(": ", 1)
    assert (done.returncode, verdict) in ((0, "VERIFIED"), (1, "NOT VERIFIED")), done
    return Judgement(verified, says)
