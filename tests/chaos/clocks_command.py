"""`./run clocks`: thousands of due attempts, four clocks killed and frozen; is each rung once?"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from chaos.clocks import Pace, happens  # noqa: E402
from chaos.processes_postgres import Cluster  # noqa: E402

from storage.migrate import upgrade  # noqa: E402

SHOWN_MOST = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run clocks", description=__doc__)
    parser.add_argument("--attempts", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=100, help="and as many clocks are frozen")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.attempts} attempts, {given.kills} kills, seed {given.seed}", flush=True)
    with Cluster.opened() as cluster, tempfile.TemporaryDirectory(prefix="clocks-") as folder:
        upgrade(cluster.url)
        outcome = happens(
            cluster.url,
            Path(folder),
            given.attempts,
            {"kill": given.kills, "freeze": given.kills},
            given.seed,
            Pace(),
            said=lambda words: print(words, flush=True),
        )
    print(outcome)
    for words in outcome.bad()[:SHOWN_MOST]:
        print(f"  BAD {words}")
    return 1 if outcome.bad() else 0


if __name__ == "__main__":
    sys.exit(main())
