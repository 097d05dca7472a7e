"""How does broken configuration speak? By file, line, name, and what was expected."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

EXPECTED = {
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "literal_error": "one of {expected}",
    "enum": "one of {expected}",
    "missing": "a value: it is not there",
    "extra_forbidden": "no such name",
    "model_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list",
}


class ConfigError(ValueError):
    """Settings, line.toml or prompts are broken; the text says where and what was expected."""


def toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a TOML file: its text, for line numbers, and its values."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: expected a readable file: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected UTF-8 text: {error.reason}") from error
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else len(text.splitlines())
        raise ConfigError(f"{path}:{line}: expected valid TOML: {error}") from error


def at_line(path: Path, text: str, where: Sequence[str | int], problem: str) -> ConfigError:
    """Build the error for the value at `where`, e.g. ("lines", "riverton", "number")."""
    name = ".".join(str(part) for part in where)
    return ConfigError(f"{path}:{line_of(text, where)}: {name}{problem}")


def line_of(text: str, where: Sequence[str | int]) -> int:
    """Find the line of a value: its key in its table, else the table, else the first line."""
    wanted = [str(part) for part in where]
    table: list[str] = []
    counts: dict[str, int] = {}
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line)
        key = re.match(r"\s*([\w.\"-]+)\s*=", line)
        if head:
            table = _parts(head[2])
            if head[1] == "[[":
                counts[head[2]] = counts.get(head[2], -1) + 1
                table.append(str(counts[head[2]]))
            full = table
        elif key:
            full = [*table, *_parts(key[1])]
        else:
            continue
        shared = min(len(full), len(wanted))
        if shared > depth and full[:shared] == wanted[:shared]:
            best, depth = number, shared
    return best


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip('"') for part in dotted.split(".")]


def expected(detail: ErrorDetails) -> str:
    """Say what was expected, in our words where we have them."""
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    words = EXPECTED.get(detail["type"])
    return words.format(**detail.get("ctx", {})) if words else detail["msg"]


def broken(path: Path, text: str, error: ValidationError) -> ConfigError:
    """Build the error for the first value that a file's model refuses."""
    detail = first(error)
    given = f"={detail['input']!r}" if isinstance(detail["input"], str | int) else ""
    return at_line(path, text, detail["loc"], f"{given}: expected {expected(detail)}")


def first(error: ValidationError) -> ErrorDetails:
    """Take the first problem: one clear line beats a page at 3 a.m."""
    return error.errors(include_url=False)[0]
