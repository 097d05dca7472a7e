"""How do the settings read as a page? `python -m config.page > docs/settings.md` prints it."""

from pathlib import Path
from types import UnionType
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import HERE, Settings

HEAD = """\
# Settings

<!-- Printed by `python -m config.page`; a test keeps it fresh. Change config/settings.py. -->

Everything an installation decides is in the environment, read once when a process starts. A broken
value stops the start with one line: its name, what it was, and what was expected. An empty value
counts as not set. What the *line* decides (numbers, ladder, offers) is in `config/line.toml`, and
what it says in `config/prompts/`.

A secret may instead be in a file: `TWILIO_AUTH_TOKEN_FILE=/run/secrets/token`, as Docker and
systemd hand secrets out. Both at once is an error.

| name | value | when not set | what it decides |
|---|---|---|---|
"""
NEEDED = """
To take calls these must be set: {names}.
"""


def page() -> str:
    """Print every setting as one row, then those without which no call is taken."""
    rows = "".join(_row(name, field) for name, field in Settings.model_fields.items())
    names = ", ".join(f"`{name.upper()}`" for name in Settings.NEEDED_FOR_CALLS)
    return HEAD + rows + NEEDED.format(names=names)


def _row(name: str, field: FieldInfo) -> str:
    words = " ".join((field.description or "").split()).replace("|", "\\|")
    return f"| `{name.upper()}` | {_kind(field)} | {_default(field)} | {words} |\n"


def _kind(field: FieldInfo) -> str:
    kinds: dict[Any, str] = {
        SecretStr: "secret",
        bool: "true or false",
        int: "number",
        Path: "path",
        str: "text",
    }
    assert not isinstance(field.annotation, UnionType)
    limits = [str(limit) for part in field.metadata for limit in _limits(part)]
    span = f", {' to '.join(limits)}" if len(limits) > 1 and field.annotation is int else ""
    return kinds[field.annotation] + span


def _limits(part: object) -> list[int]:
    return [getattr(part, edge) for edge in ("ge", "le") if hasattr(part, edge)]


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, Path) and value.is_relative_to(HERE):
        value = Path("config") / value.relative_to(HERE)
    if isinstance(value, SecretStr) or value == "":
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  (that is what the command is for)
