"""How does the demo's process tree behave around stand-ins? Run as a process by the tests.

Arguments: a folder, then one child a word: `name`, `name:PORT`, `name!` (ends at once) or
`name~` (deaf to a polite end).
"""

import re
import sys
from pathlib import Path

from switchboard import process_tree
from switchboard.demo import live
from switchboard.process_tree import Child

STUB = Path(__file__).with_name("stub_process.py")


def child(notes: Path, word: str) -> Child:
    name, port, ending = re.fullmatch(r"(\w+)(?::(\d+))?([!~]?)", word).groups()
    command = [sys.executable, str(STUB), name, str(notes)]
    command += ["--port", port] if port else []
    command += {"!": ["--fails"], "~": ["--stubborn"], "": []}[ending]
    return Child(name, command, int(port) if port else None)


def begin(tree: process_tree.ProcessTree) -> str:
    for word in sys.argv[2:]:
        tree.start(child(Path(sys.argv[1]), word))
    tree.wait_until_healthy()
    return "everybody is up"


if __name__ == "__main__":
    process_tree.DRAINING_SECONDS = 2.0
    sys.exit(live(Path(sys.argv[1]), begin))
