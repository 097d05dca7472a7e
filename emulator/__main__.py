"""How is the emulator started? `python -m emulator --number +13145550101=http://localhost:8080/…`."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from emulator.configuration import Configuration, ConfigurationError, number_from_words, read
from emulator.errors import RealAccountError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main(arguments: list[str] | None = None) -> int:
    """0 when ended by a signal, 2 when it could not start: one line says why."""
    try:
        configuration = chosen(arguments)
        from emulator.serve import Server
    except ConfigurationError as error:
        return refuse(str(error))
    except ModuleNotFoundError as error:
        return refuse(f"{error.name} is missing: pip install 'diversion-line[emulator]'")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(serve(Server, configuration))
    except RealAccountError as error:
        return refuse(str(error))
    except OverflowError:
        return refuse(f"--port {configuration.port}: expected 0 to 65535")
    except OSError as error:
        where = f"{configuration.host}:{configuration.port}"
        if error.errno == errno.EADDRINUSE:
            return refuse(f"port taken: something serves {where} already; use --port")
        return refuse(f"cannot serve on {where}: {error.strerror or error}")
    return 0


def chosen(arguments: list[str] | None) -> Configuration:
    about = "A small Twilio on a port: its REST, telephones to click on, softphones, a timeline."
    parser = argparse.ArgumentParser(prog="python -m emulator", description=about)
    parser.add_argument("--port", type=int, help="default 8081; 0 takes a free one")
    parser.add_argument("--host", help="default 127.0.0.1: this machine only")
    parser.add_argument(
        "--config", type=Path, metavar="FILE.json", help="numbers, people, faults: see README.md"
    )
    parser.add_argument(
        "--number",
        action="append",
        default=[],
        metavar="+NUMBER=URL",
        help="a number of ours and its voice URL; may be repeated",
    )
    parser.add_argument("--quiet", action="store_true", help="print no line for each event")
    given = parser.parse_args(arguments)
    configuration = read(given.config, os.environ)
    changes = {
        name: getattr(given, name) for name in ("port", "host") if getattr(given, name) is not None
    }
    numbers = configuration.numbers + [number_from_words(words) for words in given.number]
    quiet = given.quiet or configuration.quiet
    return replace(configuration, numbers=numbers, quiet=quiet, **changes)


async def serve(server_of: type, configuration: Configuration) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    server = server_of(configuration)
    try:
        await server.start()
        print(
            f"Emulator on {server.url}: phones {server.url}/phone/, timeline {server.url}/timeline"
        )
        for remark in filter(None, server.remarks.values()):
            print(remark)
        if configuration.host not in _LOOPBACK:
            print("Open to other machines: anyone who reaches this port can place calls.")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await server.stop()


def refuse(sentence: str) -> int:
    print(f"emulator: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
