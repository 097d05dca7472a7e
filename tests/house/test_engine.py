"""Is what decides who is on call still small enough to be read in one sitting? (ROSTER.md, Speed)"""

import ast
import io
import tokenize

from house.rooms import ROOT

ENGINE = ("oncall", "occurrences", "wallclock")  # from a pattern's words to who is on call
LINES_MOST = 300
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def test_the_engine_has_at_most_three_hundred_lines_of_code() -> None:
    assert sum(lines_of_code((ROOT / "routing" / f"{one}.py").read_text()) for one in ENGINE) <= (
        LINES_MOST
    )


def test_what_is_a_line_of_code() -> None:
    assert lines_of_code('"""A file."""\n\n# why\nfound = [\n    1,\n]\n') == len("[1]")


def lines_of_code(text: str) -> int:
    """Count lines that say something to Python: no blank, no comment, no docstring."""
    said: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in SILENT:
            said |= set(range(token.start[0], token.end[0] + 1))
    return len(said - documented(ast.parse(text)))


def documented(tree: ast.Module) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            found |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return found
