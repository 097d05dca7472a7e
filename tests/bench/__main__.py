"""What does a webhook cost, and how long does a caller wait? `./run bench` comes here."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]

if __name__ == "__main__":
    from bench.command import main

    sys.exit(main())
