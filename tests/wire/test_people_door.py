"""Is the telephone answered while the people door is still being built, and after it has failed?"""

import threading
from collections.abc import Iterator

import pytest
from town import Town

import webhooks
from switchboard.board import Board

HEALTH, PAGE = "/healthz", "/sign-in"


@pytest.fixture
def board(sqlite_database: str) -> Iterator[Board]:
    with Town.opened(sqlite_database) as town:
        yield town.board


def test_the_telephone_answers_before_the_pages(board: Board, monkeypatch) -> None:
    built, people = threading.Event(), webhooks._people

    def slow(the_board: Board):
        built.wait()
        return people(the_board)

    monkeypatch.setattr(webhooks, "_people", slow)
    app = webhooks.create_app(board)
    assert app.test_client().get(HEALTH).status_code == 200
    assert app.test_client().post("/voice/arrived").status_code == 403, "unsigned: it was read"
    built.set()
    assert app.test_client().get(PAGE).status_code == 200
    app.extensions["people"].stop()


def test_a_people_door_that_cannot_be_built_ends_the_process(board: Board, monkeypatch) -> None:
    """As before a start: the release that ran until now goes on."""
    ended = threading.Event()

    def broken(_board: Board):
        raise LookupError("a page is missing")

    monkeypatch.setattr(webhooks, "_people", broken)
    monkeypatch.setattr(webhooks, "_end_at_once", ended.set)
    app = webhooks.create_app(board)
    assert ended.wait(5)
    with pytest.raises(LookupError, match="a page is missing"):
        app.test_client().get(PAGE)
