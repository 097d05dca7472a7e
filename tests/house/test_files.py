"""Does every file read as the house style promises: its question first, short functions?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from house.rooms import ROOMS, ROOT, files, files_of_tests

LINES_MAX = 70
SENTENCE_END = re.compile(r"[.?!:](\s|\)|$)")
# A migration is one list, written once and never changed.
AS_LONG_AS_IT_TAKES = Path("storage/migrations/versions")


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for path in (*files(), *files_of_tests()):
        yield path, ast.parse((ROOT / path).read_text(), str(path))


def opens_well(tree: ast.Module) -> bool:
    """An empty file marks a package and has nothing to say."""
    first = (ast.get_docstring(tree) or "").split("\n\n")[0]
    return not tree.body or bool(SENTENCE_END.search(first))


def long_functions(path: Path, tree: ast.Module) -> list[str]:
    return [
        f"{path}:{node.lineno} {node.name} has {lines} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LINES_MAX
    ]


def test_every_file_opens_with_the_question_it_answers():
    silent = [str(path) for path, tree in parsed() if not opens_well(tree)]
    assert not silent, f"no opening sentence in {', '.join(silent)}"


def test_no_function_is_too_long_to_read():
    found = [
        line
        for path, tree in parsed()
        if path.parent != AS_LONG_AS_IT_TAKES
        for line in long_functions(path, tree)
    ]
    assert not found, "\n".join(found)


def test_a_function_too_long_would_be_caught():
    body = "\n".join(f"    {number}" for number in range(LINES_MAX))
    assert long_functions(Path("planted.py"), ast.parse(f"def long():\n{body}"))


@pytest.mark.parametrize("source", ["import os", '"""no end of a sentence\n\nat all"""'])
def test_a_silent_file_would_be_caught(source):
    assert not opens_well(ast.parse(source))


def test_tests_are_no_packages():
    # A package named tests/routing would hide the room of the same name.
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_test_folder_bears_a_rooms_name():
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert not folders & ROOMS
