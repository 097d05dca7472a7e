"""How does the whole line run on one machine, with no telephone account and no database server?

`./run demo` comes here: an SQLite file and secrets under `var/`, a month of history, then three
processes (emulator, web, clock) that live and end together, and the links to step in.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from config import settings as environment
from config.lines import LineBook
from switchboard import links
from switchboard.demo_ground import (
    HERE,
    CannotStart,
    Options,
    claim,
    line_book,
    make_room,
    note_shape,
    refuse_same,
    refuse_taken,
    settings,
    shaped_already,
    write_world,
)
from switchboard.process_tree import Child, ChildEnded, ProcessTree, Stopped

CANNOT_START = 2
INTERRUPTED = 130
# Of the seeded staff (switchboard/seed_cast.py): who is on call whenever the demo starts, and who
# plans, oversees, and gives keys.
SIGN_IN = (
    ("clinician", "ana@example.org"),
    ("clinician 2", "ben@example.org"),
    ("coordinator", "cora@example.org"),
    ("supervisor", "sam@example.org"),
    ("administrator", "ada@example.org"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        return demo(parsed(arguments))
    except CannotStart as why:
        complain(why)
        return CANNOT_START
    except KeyboardInterrupt:
        return INTERRUPTED


def demo(options: Options) -> int:
    make_room(options)
    with claim(options):
        refuse_same(options)
        refuse_taken(options.port, "--port")
        refuse_taken(options.emulator_port, "--emulator-port")
        os.environ.update(settings(options))
        book = line_book()
        write_world(options, book)
        return live(options.var / "log", lambda tree: begin(tree, options, book))


def live(logs: Path, begin: Callable[[ProcessTree], str]) -> int:
    """Run what `begin` starts until the end is asked for (0) or one ends by itself (1)."""
    try:
        with ProcessTree(os.environ, logs) as tree:
            say(begin(tree))
            tree.watch()
    except Stopped:
        say("\ndemo: everything has ended")
        return 0
    except ChildEnded as why:
        complain(why)
        return 1


def begin(tree: ProcessTree, options: Options, book: LineBook) -> str:
    """Start everything, the slowest first; what to tell the person once all of it serves."""
    tree.start(emulator(options))
    migrate(options)
    tree.start(web(options))
    plant(options, book)
    tree.start(Child("clock", [sys.executable, "-m", "switchboard", "clock"]))
    tree.wait_until_healthy()
    return greeting(options)


def parsed(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="./run demo",
        description="The whole line on this machine: no telephone account, no database server.",
    )
    parser.add_argument("--fresh", action="store_true", help="start over with a new month")
    parser.add_argument("--port", type=int, default=8080, help="of the desk (8080)")
    parser.add_argument("--emulator-port", type=int, default=8081, help="of the phones (8081)")
    parser.add_argument("--var", type=Path, default=Path("var"), help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    return Options(said.port, said.emulator_port, said.fresh, said.var.absolute())


def migrate(options: Options) -> None:
    """Bring the database to this version's shape, unless the last demo did."""
    if options.fresh:
        for path in options.var.glob(f"{options.database.name}*"):
            path.unlink()
    if shaped_already(options):
        return
    from storage.migrate import upgrade

    with unusable(options):
        upgrade(f"sqlite:///{options.database}")
    note_shape(options)


def plant(options: Options, book: LineBook) -> None:
    """A believable month, if there is none; and today's people on call."""
    from storage.store import Store
    from switchboard import seed

    store = Store(f"sqlite:///{options.database}")
    with unusable(options):
        seed.fill(store, datetime.now(UTC), book=book)
    store.close()


@contextmanager
def unusable(options: Options) -> Iterator[None]:
    """Whatever the database answers instead, a person can only do one of two things."""
    try:
        yield
    except Exception as error:
        raise CannotStart(
            f"{options.database} cannot be used by this version ({first_line(error)}): "
            "start over with ./run demo --fresh, or move the file away to keep it"
        ) from error


def first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def emulator(options: Options) -> Child:
    world = str(options.var / "emulator.json")
    return Child(
        "emulator", [sys.executable, "-m", "emulator", "--config", world], options.emulator_port
    )


def web(options: Options) -> Child:
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    bind = ["--bind", f"{HERE}:{options.port}", "webhooks:create_app()"]
    return Child("web", [*command, *bind], options.port)


def greeting(options: Options) -> str:
    here = environment.read()
    signs = "".join(f"  {role:<14}{links.link(here, email)}\n" for role, email in SIGN_IN)
    return (
        f"\nThe line is up. Sign in with one click as\n{signs}"
        f"and be the dispatcher, or the caller, at\n"
        f"  {'phone page':<14}http://localhost:{options.emulator_port}/phone/\n"
        f"Ctrl-C ends everything; ./run demo --fresh starts over with a new month."
    )


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(why: Exception) -> None:
    sys.stderr.write(f"demo: {why}\n")


if __name__ == "__main__":
    sys.exit(main())
