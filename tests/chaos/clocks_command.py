"""`./run clocks`: thousands of due attempts, four clocks that are killed and frozen; each rung once."""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from chaos.clocks import happens  # noqa: E402
from chaos.processes_postgres import Cluster  # noqa: E402

from storage.migrate import upgrade  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run clocks", description=__doc__)
    parser.add_argument("--due", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between strikes")
    parser.add_argument("--quiet", type=float, default=120.0, help="until an unknown ring is none")
    said = parser.parse_args()
    with Cluster.opened() as cluster, tempfile.TemporaryDirectory(prefix="clocks-") as folder:
        upgrade(cluster.url)
        outcome = happens(
            cluster.url,
            Path(folder),
            said.due,
            said.seed,
            every_seconds=said.every,
            quiet_seconds=said.quiet,
            said=lambda words: print(words, flush=True),
        )
        print(outcome)
        for words in [*outcome.twice, *outcome.missed, *outcome.unexpected][:20]:
            print(f"  BAD {words}")
        return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
