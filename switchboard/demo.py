"""How does the whole line run on one machine, with no telephone account and no database server?

`./run demo` comes here: an SQLite file and secrets under `var/`, a month of history, then three
processes (emulator, web, clock) that live and end together, and the links to step in.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from switchboard.demo_ground import (
    HERE,
    CannotStart,
    Options,
    claim,
    line_book,
    make_room,
    refuse_taken,
    settings,
    write_world,
)
from switchboard.process_tree import Child, ChildEnded, ProcessTree, Stopped

CANNOT_START = 2
INTERRUPTED = 130


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
        refuse_taken(options.port, "--port")
        refuse_taken(options.emulator_port, "--emulator-port")
        os.environ.update(settings(options))
        write_world(options, line_book())
        return live(options.var / "log", lambda tree: begin(tree, options))


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


def begin(tree: ProcessTree, options: Options) -> str:
    """Start everything, the slowest first; what to tell the person once all of it serves."""
    tree.start(emulator(options))
    fill(options)
    tree.start(web(options))
    tree.start(Child("clock", [sys.executable, "-m", "switchboard", "clock"]))
    links = sign_in_links()
    tree.wait_until_healthy()
    return greeting(options, links)


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


def fill(options: Options) -> None:
    """Bring the database to today's shape and put a believable month into it."""
    if options.fresh:
        for path in options.var.glob(f"{options.database.name}*"):
            path.unlink()
    from storage.migrate import upgrade
    from storage.store import Store
    from switchboard import seed

    try:
        upgrade(f"sqlite:///{options.database}")
    except Exception as error:
        raise CannotStart(
            f"{options.database} cannot be used by this version ({first_line(error)}): "
            "start over with ./run demo --fresh, or move the file away to keep it"
        ) from error
    store = Store(f"sqlite:///{options.database}")
    seed.fill(store, datetime.now(UTC), fresh=options.fresh)


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


# The desk's links are the console's to make, and this room may not know it: a process of its own
# asks for them, while the others start.
LINKS = """
import sys
from config.settings import read
from console.signin import link
for email in sys.argv[1:]:
    print(link(read(), email))
"""


def sign_in_links() -> subprocess.Popen[str]:
    from switchboard import seed

    emails = [email for _, email in seed.SIGN_IN]
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", LINKS, *emails], stdout=subprocess.PIPE, text=True
    )


def greeting(options: Options, links: subprocess.Popen[str]) -> str:
    from switchboard import seed

    said, _ = links.communicate()
    if links.returncode:
        raise ChildEnded("the sign-in links could not be made; the reason is above")
    desks = zip((role for role, _ in seed.SIGN_IN), said.split(), strict=True)
    signs = "".join(f"  {role:<13}{link}\n" for role, link in desks)
    return (
        f"\nThe line is up. Sign in with one click as\n{signs}"
        f"and be the dispatcher, or the caller, at\n"
        f"  {'phone page':<13}http://localhost:{options.emulator_port}/phone/\n"
        f"Ctrl-C ends everything; ./run demo --fresh starts over with a new month."
    )


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(why: Exception) -> None:
    sys.stderr.write(f"demo: {why}\n")


if __name__ == "__main__":
    sys.exit(main())
