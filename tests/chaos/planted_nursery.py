"""Where houses with a mistake are born: each is forked from a process that has read the libraries.

`python planted_nursery.py TEMPLATE FOLDER`; a line on its input is one house: which module is spoiled
and by what file, if any, and which stories are told there. A line on its output is what was found.
Started anew, each would read the libraries for seconds, to tell a story in half of one.
"""

import json
import os
import sys
import traceback
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WARM_SEED = 2

sys.path[:1] = [str(ROOT), str(ROOT / "tests")]


def main() -> None:
    template, folder = map(Path, sys.argv[1:])
    tells(template, folder, [[-1, WARM_SEED]])
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            born(json.loads(line), template, folder)
        _, died = os.waitpid(pid, 0)
        if died:
            print(json.dumps({"died": died}), flush=True)


def born(house: dict[str, Any], template: Path, folder: Path) -> None:
    """Read all of ours anew, one file of it spoiled; never returns."""
    try:
        forgets()
        if house["module"]:
            sys.meta_path.insert(0, Spoiled(house["module"], house["file"]))
        print(json.dumps({"told": tells(template, folder, house["wanted"])}), flush=True)
    except BaseException:  # noqa: BLE001  (the parent says that it died)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def tells(template: Path, folder: Path, wanted: list[list[int]]) -> list[Any]:
    """The first story that breaks its invariant, and why; of invariant 27 the story's hash."""
    from chaos.simulation_databases import SqliteGround
    from chaos.simulation_run import tell
    from chaos.simulation_story import draw

    ground = SqliteGround(template, folder)
    try:
        for number, seed in wanted:
            outcome = tell(draw(seed), ground.fresh(), only=frozenset({number}))
            if number == 27:
                return [seed, outcome.hash]
            if outcome.broken == number:
                return [seed, outcome.why[:300]]
    finally:
        ground.close()
    return []


def forgets() -> None:
    """Nothing of ours is loaded any more: the libraries are."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(f"{ROOT}{os.sep}") and "site-packages" not in file:
            del sys.modules[name]


class Spoiled(MetaPathFinder):
    """Finds this one module in another file."""

    def __init__(self, module: str, file: str) -> None:
        self.module, self.file = module, file

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.file) if name == self.module else None


if __name__ == "__main__":
    main()
