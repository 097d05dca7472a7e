"""What stands where the network to Twilio would be? A client that remembers and answers."""

import json
from typing import Any
from urllib.parse import urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response
from wire import api_oracle


class Wire(HttpClient):
    """Stands where the network would be: remembers requests, answers with Twilio's examples."""

    def __init__(self, oracles=None, answer: Any = None) -> None:
        self.oracles, self.answer = oracles, answer
        self.asked: list[tuple[str, str, dict, dict]] = []

    def request(self, method, url, params=None, data=None, headers=None, auth=None, **_rest):
        path = urlsplit(url).path
        self.asked.append((method, path, dict(params or {}), dict(data or {})))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        return Response(200, json.dumps(api_oracle.example(method, path, self.oracles)))

    @property
    def form(self) -> dict:
        return self.asked[-1][3]


def says(status: int, code: int | None = None) -> Response:
    said = {"code": code, "message": "as it says", "status": status}
    return Response(status, json.dumps(said) if code else "<html>Bad gateway</html>")
