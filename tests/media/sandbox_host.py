"""A program that keeps a sandbox busy and says which processes that takes: `python -m tests.media.sandbox_host`.

Prints the ids of its zygote and workers, one of the workers asleep for minutes, and waits for its own end.
"""

import os
import sys
import time

import psutil

from registry.media.sandbox.pool import Limits, Sandbox


def main() -> None:
    pool = Sandbox(workers=2, preload=("registry.media.decode",), limits=Limits(wall_seconds=600))
    asleep = pool.submit(time.sleep, 600)
    while not asleep.running():
        time.sleep(0.01)
    pool.run(os.getpid)
    sys.stdout.write(" ".join(str(child.pid) for child in psutil.Process().children(recursive=True)) + "\n")
    sys.stdout.flush()
    asleep.result()


if __name__ == "__main__":
    main()
