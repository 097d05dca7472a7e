"""`./run fuzz`: how many requests of strangers does the whole web application bear?"""

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import structlog

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from chaos.fuzz import fire  # noqa: E402
from chaos.fuzz_ground import ground  # noqa: E402

from storage.migrate import upgrade  # noqa: E402

SHOWN_MAX = 20
ROUND = 5_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first request")
    said = parser.parse_args()
    with ExitStack() as held:
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="fuzz-"))
        url = f"sqlite:///{folder}/line.db"
        upgrade(url)
        there = held.enter_context(ground(url))
        quiet()
        return run(there, said.seed, said.first, said.requests)


def quiet() -> None:
    """A million refusals would be a million lines."""
    nothing = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=nothing, cache_logger_on_first_use=False)
    logging.disable(logging.CRITICAL)


def run(there, seed: int, first: int, requests: int) -> int:
    done: Counter[str] = Counter()
    found, began, last = 0, time.monotonic(), first + requests
    for start in range(first, last, ROUND):
        for violation in fire(there, seed, range(start, min(start + ROUND, last)), done):
            found += 1
            if found <= SHOWN_MAX:
                print(violation, flush=True)
        rate = done.total() / (time.monotonic() - began)
        print(f"{done.total()} requests, {found} violations, {rate:.0f} a second", flush=True)
    for kind, count in sorted(done.items()):
        print(f"  {kind:20}{count:>9}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
