"""Where houses with a mistake are born: each is forked from a process that has told a story.

`python planted_nursery.py TEMPLATE FOLDER`; a line on its input is one house: which file is spoiled
and how, if any, and which stories are told there. A line on its output is what was found. Started
anew, each would read the libraries and ours for seconds, to tell a story in half of one.
"""

import gc
import inspect
import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
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
    """Tell this house's stories, one of its files spoiled; never returns."""
    try:
        if house["file"]:
            spoil(house["file"], house["right"], house["wrong"])
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


def spoil(file: str, right: str, wrong: str) -> None:
    """From now on every function of this file does what the spoiled text says."""
    as_it_is = (ROOT / file).read_text("utf-8")
    spoiled = as_it_is.replace(right, wrong)
    bodies = dict(differing(*(compile(text, file, "exec") for text in (as_it_is, spoiled))))
    functions = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    for function in functions:
        if function.__code__ in bodies and function.__code__.co_filename == str(ROOT / file):
            function.__code__ = bodies[function.__code__]


def differing(was: CodeType, now: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions' bodies of two texts of a file, where they differ."""
    if was.co_flags & inspect.CO_OPTIMIZED:
        if was != now:
            yield was, now
    elif beside_functions(was) != beside_functions(now):
        raise ValueError("a mistake is planted in a function: all else was done while loading")
    for pair in zip(inner(was), inner(now), strict=False):
        yield from differing(*pair)


def inner(code: CodeType) -> list[CodeType]:
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def beside_functions(code: CodeType) -> tuple[Any, ...]:
    at = code.co_firstlineno  # which a class keeps, and which moves with a longer text
    consts = [one for one in code.co_consts if not isinstance(one, CodeType) and one != at]
    return code.co_code, code.co_names, consts, [body.co_name for body in inner(code)]


if __name__ == "__main__":
    main()
