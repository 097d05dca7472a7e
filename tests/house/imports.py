"""Who may import whom, and what may a pure room never do? One table, and a reader of source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from house.rooms import PURE, ROOMS

# The doors and the shell; a room may always import itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "ivr": frozenset(),
    "routing": frozenset(),
    "callbacks": frozenset(),
    "care": frozenset(),
    "config": frozenset(),
    "emulator": frozenset(),
    "storage": PURE,
    "telephony": frozenset({"ivr", "config"}),
    "switchboard": PURE | {"storage", "telephony", "config"},
    "reports": PURE | {"storage"},
    "console": PURE | {"switchboard", "storage", "reports"},
    "door": frozenset({"switchboard", "telephony"}),
    "webhooks": frozenset({"door", "switchboard", "telephony", "console", "config"}),
}
# Values that another room may speak of: that one module, and no more of its room.
LISTED = {
    ("routing", "ivr.call"),
    ("callbacks", "routing.wallclock"),
    ("care", "routing.wallclock"),
    # The telephone door parses a form into an event; the switchboard decides what follows from it.
    ("door", "ivr.events"),
    # Whether a sign-in link or a plain cookie is allowed is a setting.
    ("console", "config.settings"),
}
# Libraries that one room keeps from all the others.
KEPT_BY = {"sqlalchemy": "storage", "alembic": "storage", "twilio": "telephony"}
# The emulator lends its in-process transport to Twilio's own client, and only there.
LENT = {("emulator/http_client.py", "twilio")}
NOT_PURE = {"flask", "sqlalchemy", "twilio", "apscheduler", "requests", "os", "time", "random"}
ASKS_THE_TIME = {"now", "utcnow", "today"}


def violations(path: Path, source: str) -> list[str]:
    """One sentence for each line of `source` that its room forbids."""
    room = path.parts[0].removesuffix(".py")
    tree = ast.parse(source, str(path))
    found = [
        f"{path}:{line} imports {module}: {why}"
        for line, module in imported(tree)
        if (why := forbidden(room, path, module))
    ]
    if room in PURE:
        found += [f"{path}:{line} asks the time: now is an argument" for line in asked(tree)]
    return found


def forbidden(room: str, path: Path, name: str) -> str | None:
    module = name.split(".", maxsplit=1)[0]
    if module == room or (room, name) in LISTED:
        return None
    if module in ROOMS and module not in MAY_IMPORT[room]:
        return f"{room} may not know {module}"
    if room in PURE and module in NOT_PURE:
        return f"{room} is pure"
    keeper = KEPT_BY.get(module, room)
    if keeper != room and (path.as_posix(), module) not in LENT:
        return f"only {keeper} may"
    return None


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            bare = "." not in node.module  # `from ivr import call` speaks of ivr.call
            names = [f"{node.module}.{name.name}" for name in node.names] if bare else [node.module]
            yield from ((node.lineno, name) for name in names)
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"}:
            yield from (
                (node.lineno, str(argument.value))
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant)
            )


def asked(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ASKS_THE_TIME:
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name in {"datetime", "date", "dt"}:
                yield node.lineno


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))
