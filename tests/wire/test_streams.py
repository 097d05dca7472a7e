"""Do open desks ever starve the webhooks? (DESIGN, Servers: the number one defect to design out.)"""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread

import pytest
import whole_line
from bench import streams
from bench.caller import Carrier
from bench.desk import Visitor
from werkzeug.serving import ThreadedWSGIServer

from switchboard.board import Board, make_board
from webhooks import create_app

THREADS = 20
ALLOWED = 4
NOBODY = "http://127.0.0.1:9"  # no carrier: nothing here asks one


class FewThreads(ThreadedWSGIServer):
    """Like gunicorn's gthread: a connection without a free thread waits for one."""

    daemon_threads = True

    def __init__(self, app) -> None:
        super().__init__("127.0.0.1", 0, app)
        self.pool = ThreadPoolExecutor(THREADS)

    def process_request(self, request, client_address) -> None:
        self.pool.submit(self.process_request_thread, request, client_address)


@dataclass
class House:
    board: Board
    feed: object
    ana: Visitor


@contextmanager
def served(database_url: str) -> Iterator[House]:
    settings = whole_line.settings(database_url, "http://127.0.0.1:9", NOBODY)
    settings = settings.model_copy(update={"web_threads": THREADS})
    with ExitStack() as ends:
        board = make_board(settings)
        ends.callback(board.store.close)
        app = create_app(board)
        server = FewThreads(app)
        base = f"http://127.0.0.1:{server.server_port}"
        object.__setattr__(board, "settings", settings.model_copy(update={"public_base_url": base}))
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        feed = app.extensions["people"].app.extensions["console_feed"]
        for end in (server.server_close, server.pool.shutdown, thread.join, server.shutdown):
            ends.callback(end)
        ends.callback(feed.stop)
        line = whole_line.WholeLine(board, None)
        line.clinician("ana", "Ana")
        ana = Visitor(line.link("ana"))
        ends.callback(ana.close)
        yield House(board, feed, ana)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with served(database_url) as opened:
        yield opened


def test_ten_times_the_allowed_streams_and_every_webhook_succeeds(house):
    found = streams.crowded(house.board.settings, house.ana, webhooks=30)
    assert (found.allowed, found.opened) == (ALLOWED, ALLOWED)
    assert found.refused == streams.TIMES * ALLOWED - ALLOWED, "each with a Retry-After"
    assert found.crowd
    assert found.succeeded == 1


def test_streams_without_a_limit_would_be_noticed(house):
    house.feed.most = streams.TIMES * ALLOWED
    held = [asks_and_never_reads(house.ana) for _ in range(THREADS)]
    _sid, arrival = Carrier(house.board.settings).arrival()
    with pytest.raises(TimeoutError):
        in_time(house.ana.netloc, arrival)
    for answer in held:
        answer.close()


def asks_and_never_reads(visitor: Visitor) -> http.client.HTTPResponse:
    _connection, answer = visitor.stream()
    assert answer.status == 200
    return answer


def in_time(netloc: str, webhook) -> int:
    connection = http.client.HTTPConnection(netloc, timeout=1)
    try:
        connection.request("POST", webhook.path, webhook.body, webhook.headers)
        return connection.getresponse().status
    finally:
        connection.close()
