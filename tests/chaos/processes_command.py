"""`./run chaos`: kill real processes of the line by the thousand, and count what it cost."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from chaos import processes_disk, processes_postgres  # noqa: E402
from chaos.processes import Outcome, happens  # noqa: E402
from chaos.processes_disk import small_disk  # noqa: E402
from chaos.processes_ills import befalling  # noqa: E402
from chaos.processes_line import running  # noqa: E402
from chaos.processes_points import POINTS  # noqa: E402
from chaos.processes_postgres import Cluster  # noqa: E402

from storage.migrate import upgrade  # noqa: E402

RECOVERY_SECONDS = 12


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="on each database")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between kills")
    parser.add_argument("--calm", action="store_true", help="leave database and disk alone")
    said = parser.parse_args()
    kinds = ("sqlite", "postgres") if said.database == "both" else (said.database,)
    return max(run(kind, said) for kind in kinds)


def run(kind: str, said: argparse.Namespace) -> int:
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        print(f"{kind}: {said.kills} kills, seed {said.seed}", flush=True)
        if kind == "sqlite":
            disk = folder / "disk"
            small = held.enter_context(small_disk(disk))
            url = reached = f"sqlite:///{disk}/line.db"
            ills = processes_disk.ills(disk) if small else {}
            if not small:
                print("the disk is never full: only root can mount a small one")
        else:
            cluster = held.enter_context(Cluster.opened())
            url, reached = cluster.url, cluster.reached
            ills = processes_postgres.ills(cluster)
        upgrade(url)
        line = held.enter_context(running(url, folder, reached))
        outcome = happens(
            line,
            said.kills,
            said.seed,
            every_seconds=said.every,
            said=lambda words: print(words, flush=True),
            meanwhile=befalling(ills, said.seed, print) if ills and not said.calm else None,
        )
        return told(outcome)


def told(outcome: Outcome) -> int:
    print(outcome)
    never = [f"{n} {p.says}" for n, p in POINTS.items() if n not in outcome.passed]
    if never:
        print("points nobody passed: " + "; ".join(never))
    for words in outcome.bad():
        print(f"  BAD {words[:400]}")
    for kill in outcome.kills:
        if (kill.seconds or 0) > RECOVERY_SECONDS:
            again = ", struck again" if kill.struck_again else ""
            again += ", waited for a frozen writer" if kill.waited else ""
            print(f"  slow: {kill.what}, {kill.name}: {kill.seconds:.1f} s{again}")
    slow = outcome.at(0.99) > RECOVERY_SECONDS
    if slow:
        print(f"  BAD recovery took longer than {RECOVERY_SECONDS} s")
    return 1 if slow or outcome.bad() else 0


if __name__ == "__main__":
    sys.exit(main())
