"""What if the carrier says everything twice? The same bytes again, and nothing else happens (R1)."""

from typing import Any

from sqlalchemy import select
from town import Town

from emulator import WsgiTransport
from emulator.web import WebAnswer, WebRequest, WebResponse
from storage.tables import metadata

BY_THEMSELVES = {"heartbeats", "changes"}  # they tick whether or not anything happened


class Doubling(WsgiTransport):
    """Delivers every webhook twice; the second time no row may change and no byte may differ."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.app, town.clock)
        self.town = town
        self.twice: list[str] = []

    def _answer(self, request: WebRequest) -> WebAnswer:
        first = super()._answer(request)
        if request.method == "POST":
            before = everything(self.town)
            second = super()._answer(request)
            assert isinstance(first, WebResponse)
            assert isinstance(second, WebResponse)
            assert (second.status, second.body) == (first.status, first.body), request.url
            assert everything(self.town) == before, request.url
            self.twice.append(request.url)
        return first


def everything(town: Town) -> dict[str, list[Any]]:
    """Every row of every table, but for those that change by themselves."""
    with town.store.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in BY_THEMSELVES
        }
