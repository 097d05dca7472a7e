"""Is what the emulator's README promises true: its examples, its lists, its tests?"""

import ast
import re
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import waiting
from wire.emulator_town import api

import emulator
from emulator import rest
from emulator.configuration import Configuration
from emulator.interpreter import VERBS
from emulator.serve import serve_in_thread

ROOM = Path(emulator.__file__).parent
README = (ROOM / "README.md").read_text("utf-8")
TESTS = Path(__file__).resolve().parents[1]
LINE = "+13145550101"


def section(title: str) -> str:
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


def example(title: str) -> str:
    return re.search(r"```python\n(.*?)```", section(title), re.DOTALL)[1]


def rows(title: str) -> dict[str, str]:
    cells = [line.strip("| ").split(" | ") for line in section(title).splitlines() if "|" in line]
    return {row[0]: row[-1] for row in cells[2:]}


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_the_example_of_a_test_runs(capsys: pytest.CaptureFixture[str]):
    def somebody(_environ, start):
        start("200 OK", [("Content-Type", "text/xml")])
        return [b"<Response><Say>Stay. Somebody is coming.</Say><Pause length='60'/></Response>"]

    exec(compile(example("In a test"), "README.md", "exec"), {"my_flask_app": somebody})
    assert "presses 1" in capsys.readouterr().out


def test_it_is_used_alone_as_told():
    """Its null application, a number of its own, and a caller on the phone page."""
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(example("Use it alone"), "README.md", "exec"), names)
    with make_server("127.0.0.1", 0, names["application"], handler_class=Silent) as app:
        thread = threading.Thread(target=app.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        numbers = [{"number": LINE, "voice_url": f"http://127.0.0.1:{app.server_port}/"}]
        chosen = Configuration(port=0, quiet=True, sound=False, numbers=numbers)
        try:
            with serve_in_thread(chosen) as served:
                served.do(lambda server: server.handsets.call(LINE, "+13145550142"))

                def heard() -> bool:
                    return "You are through" in served.do(
                        lambda server: server.emulator.timeline.text()
                    )

                waiting.until(heard, seconds=15, what="the greeting")
        finally:
            app.shutdown()
            thread.join()


def offered() -> dict[str, set[str]]:
    """What rest.py routes: by path, the names of the operations."""
    rest._load_routes()
    verbs = {"GET": ("list", "fetch"), "POST": ("create", "update"), "DELETE": ("", "delete")}
    found: dict[str, set[str]] = {}
    for method, pattern, _ in rest.ROUTES:
        template = pattern.pattern.removesuffix(r"(?:\.json)?").replace("([^/]+?)", "…")
        one = template.endswith("…") or not template
        path = template.removesuffix("/…").removeprefix("/") or "(the account itself)"
        found.setdefault(path, set()).add(verbs[method][one])
    return found


def test_what_is_offered_is_listed():
    listed = {path: set(words.split()) for path, words in rows("REST offered").items()}
    assert listed == offered()


def test_what_is_not_offered_is_listed():
    listed = set(
        re.search(r"Not offered: (.*?)\.\n", section("REST offered"), re.DOTALL)[1].split()
    )
    listed = {word.strip(",") for word in listed}
    missing = set()
    for path, operations in api()["paths"].items():
        below = re.sub(r"\{[^}]+\}", "x", path).removeprefix("/2010-04-01/Accounts/x")
        below = below.removesuffix(".json")
        for method in {"get", "post", "delete"} & set(operations):
            known = any(
                verb == method.upper() and pattern.fullmatch(below)
                for verb, pattern, _ in rest.ROUTES
            )
            nouns = set(re.findall(r"[A-Z][A-Za-z]+", below))
            if not known and not nouns & listed:
                missing.add(f"{method} {path}")
    own = {"/2010-04-01/Accounts.json", "/2010-04-01/Accounts/{Sid}.json"}
    assert {one.partition(" ")[2] for one in missing} <= own


def test_every_verb_is_named():
    text = section("TwiML performed")
    assert not {verb for verb in VERBS if not re.search(rf"\b{verb}\b", text)}


def test_every_inferred_behaviour_has_its_test():
    tests = "".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))
    named = [name.strip("`") for name in rows("What is certain and what is inferred").values()]
    assert len(named) > 10
    assert not [name for name in named if f"def {name}(" not in tests]


# Files about the emulator as a program; all the others imitate something of Twilio's.
OURS = {"chaos", "phonepage", "readme", "served", "speed", "timelinepage"}
NAMED = re.compile(r"Twilio|TWILIO|VOICE-SDK|FAILURES|[Ii]ssue 3")


def test_every_behaviours_test_names_what_it_imitates():
    """A page of Twilio's, a resource, an error, or the SDK: the first thing a doubter looks for."""
    paths = [*Path(__file__).parent.glob("test_emulator_*.py"), TESTS / "wire/test_signalling.py"]
    silent = [
        f"{path.name}: {node.name}"
        for path in paths
        if path.stem.removeprefix("test_emulator_") not in OURS
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not NAMED.search(ast.get_docstring(node) or "")
    ]
    assert not silent, "\n".join(silent)


def test_every_room_is_on_the_map():
    on_the_map = set(re.findall(r"`([a-z_*]+)`", section("Map")))
    whole = {name for name in on_the_map if not name.endswith("*")}
    families = tuple(name.strip("*") for name in on_the_map if name.endswith("*"))
    small = {"__init__", "__main__", "errors", "accounts", "geography", "detection"}
    rooms = {path.stem for path in ROOM.glob("*.py")} - small
    assert not {room for room in rooms if room not in whole and not room.startswith(families)}
