"""Where do the emulator's own tests get a town, an application to talk to, and the oracles?"""

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_schema_validator import OAS30Validator
from twilio.rest import Client

from emulator import Emulator, VirtualClock, WsgiTransport
from emulator.http_client import InProcessClient

ORACLES = Path(__file__).resolve().parents[3] / "shared" / "oracles"
BASE = "https://line.example.org"
LINE, CALLER, CLINICIAN = "+13145550101", "+13145550150", "+13145550160"
APP = "AP" + "0" * 32
START = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)

# Where the official description is wrong about itself (TWILIO.md section 9).
FALSE_ALARMS = {("reason_conference_ended", None)}

Answer = str | tuple[int, dict[str, str], str | bytes]


def oracle(name: str) -> Path:
    """A third-party file; without it the test is skipped in one line, except on CI."""
    path = ORACLES / name
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is needed on CI")
        pytest.skip(f"no third-party data at {ORACLES}")
    return path


class Asked:
    """One request the application got."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.method, self.path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        self.query = environ["QUERY_STRING"]
        text = self.body if self.method == "POST" else self.query
        self.pairs = parse_qsl(text, keep_blank_values=True)
        self.form = dict(self.pairs)
        self.headers = {k[5:]: v for k, v in environ.items() if k.startswith("HTTP_")}
        self.host = environ["HTTP_HOST"]


class Application:
    """Answers by path; what nobody planned is a 404, which the town will complain about."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[Asked], Answer]] = {"/status": "<Response/>"}
        self.asked: list[Asked] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        asked = Asked(environ)
        self.asked.append(asked)
        answer = self.answers.get(asked.path, (404, {"Content-Type": "text/html"}, "not here"))
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, str):
            body = answer if answer.startswith("<Response") else f"<Response>{answer}</Response>"
            answer = (200, {"Content-Type": "text/xml"}, body)
        status, headers, content = answer
        start(f"{status} X", list(headers.items()))
        return [content if isinstance(content, bytes) else content.encode()]


class Town:
    """An emulator, its application and the stock client, all on one virtual clock."""

    def __init__(self, *, seed: int = 1, latency: float = 0.02, **options: Any) -> None:
        self.clock = VirtualClock(START, seed)
        self.app = Application()
        transport = WsgiTransport(self.app, self.clock, latency)
        self.emulator = Emulator(self.clock, transport=transport, environ={}, **options)
        self.emulator.number(LINE, voice_url=f"{BASE}/voice", status_callback=f"{BASE}/status")
        self.emulator.application(APP, voice_url=f"{BASE}/desk")
        self.caller = self.emulator.phone(CALLER)
        self.clinician = self.emulator.phone(CLINICIAN)
        self.client = Client(
            self.emulator.account_sid,
            self.emulator.auth_token,
            http_client=ValidatingClient(self.emulator),
        )

    def on(self, path: str, answer: Answer | Callable[[Asked], Answer]) -> None:
        self.app.answers[path] = answer

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.app.asked if one.path == path]

    def told(self, path: str) -> dict[str, str]:
        """The fields of the only request to this path."""
        (one,) = self.asked(path)
        return one.form

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def calls(self, document: str = "<Pause length='600'/>", seconds: float = 1.0) -> Any:
        """The caller dials the line, which answers with this document."""
        self.on("/voice", document)
        leg = self.caller.dials(LINE)
        self.after(seconds)
        return leg

    @property
    def codes(self) -> list[int]:
        return [alert.code for alert in self.emulator.alerts]


class ValidatingClient(InProcessClient):
    """The in-process client; every answer is held against Twilio's own API description."""

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        response = super().request(method, url, *args, **more)
        if (ORACLES / "twilio_api_v2010.json").exists() and response.status_code < 400:
            assert_valid(method, url, response.status_code, response.text)
        return response


@cache
def api() -> dict[str, Any]:
    return json.loads(oracle("twilio_api_v2010.json").read_text())


def assert_valid(method: str, url: str, status: int, text: str) -> None:
    path = re.sub(r"^https?://[^/]+", "", url).partition("?")[0]
    found = operation(path, method.lower())
    assert found is not None, f"{method} {path} is no operation of Twilio's"
    assert str(status) in found["responses"], f"{method} {path} never answers {status}"
    validator = schema(found["operationId"], str(status))
    if validator is None:
        assert text == ""
        return
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(json.loads(text))
        if (str(error.absolute_path[-1]), error.instance) not in FALSE_ALARMS
    ]
    assert not errors, f"{method} {path}: {errors}"


def operation(path: str, method: str) -> dict[str, Any] | None:
    for template, operations in api()["paths"].items():
        pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method in operations:
            return operations[method]
    return None


@cache
def schema(operation_id: str, status: str) -> OAS30Validator | None:
    for operations in api()["paths"].values():
        for one in operations.values():
            if isinstance(one, dict) and one.get("operationId") == operation_id:
                content = one["responses"][status].get("content")
                return content and OAS30Validator(
                    expand(content["application/json"]["schema"]),
                    format_checker=OAS30Validator.FORMAT_CHECKER,
                )
    return None


def expand(node: Any) -> Any:
    """The schema with every reference written out."""
    if isinstance(node, list):
        return [expand(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = api()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return expand(target)
    return {key: expand(value) for key, value in node.items()}
