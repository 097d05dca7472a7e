"""A clock of ours that gives up on an unknown ring sooner than in production; for tests alone.

`python clocks_child.py QUIET_SECONDS`
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]


def main() -> None:
    from switchboard import evidence
    from switchboard.__main__ import cli

    evidence.QUIET_SECONDS = float(sys.argv[1])  # type: ignore[assignment]
    cli(["clock"])


if __name__ == "__main__":
    main()
