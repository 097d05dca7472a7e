"""Does docs/failures.md name every failure of the catalogue, and lead to tests that are there?"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from house.rooms import ROOT

COUNTS = {"A": 22, "B": 19, "C": 22, "D": 25, "E": 24}  # the catalogue's sections
LINE = re.compile(r"^\| ([A-E]\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
REASON = re.compile(r"\*(later|no)\*: .{15,}")

ENTRIES = {one[1]: one[3] for one in LINE.finditer((ROOT / "docs/failures.md").read_text("utf-8"))}


@cache
def named_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, functions))


def broken(cell: str) -> list[str]:
    """What is wrong with the last cell of an entry."""
    links = LINK.findall(cell)
    if not links:
        return [] if REASON.fullmatch(cell) else ["neither a test nor a reason"]
    lost = [(file, name) for file, name in links if not (ROOT / file).is_file()]
    lost += [(f, n) for f, n in links if (ROOT / f).is_file() and n not in named_in(ROOT / f)]
    return [f"{file}::{name} is not there" for file, name in lost]


def test_every_failure_of_the_catalogue_is_there():
    wanted = [f"{section}{n + 1}" for section, count in COUNTS.items() for n in range(count)]
    assert len(wanted) == 112
    assert list(ENTRIES) == wanted


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_link_leads_to_a_test(entry):
    assert broken(ENTRIES[entry]) == []


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "*later*: soon",
        "`tests/house/test_gone.py::test_x`",
        f"`{'tests/house/imports.py'}::test_x`",
    ],
)
def test_a_broken_link_would_be_noticed(cell):
    assert broken(cell)
