"""How does the stock Twilio client reach the emulator without a socket?

`twilio.rest.Client(sid, token, http_client=town.http_client())` works unchanged.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from emulator.rest import RestRequest, handle

if TYPE_CHECKING:
    from emulator.engine import Emulator


class InProcessClient:
    """What twilio.http.HttpClient is to the client: one method, `request`."""

    def __init__(self, town: "Emulator") -> None:
        self._town = town
        self.is_async = False

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
        **_more: Any,
    ) -> Any:
        """Answered at this very virtual instant; a lost answer is a ConnectionError."""
        from twilio.http.response import Response

        del headers, timeout, allow_redirects
        parts = urlsplit(url)
        query = [*parse_qsl(parts.query, keep_blank_values=True), *pairs(params)]
        request = RestRequest(method.upper(), parts.path, list(pairs(data)), query, auth)
        response = handle(self._town, request)
        if response.lost:
            raise ConnectionError("planned: the connection broke before the answer")
        return Response(response.status, "" if response.json is None else json.dumps(response.json))


def pairs(fields: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Form fields as `requests` would send them: lists repeat, None is left out."""
    for name, value in (fields or {}).items():
        values = value if isinstance(value, list | tuple) else [value]
        for one in values:
            if one is not None:
                yield name, str(one)
