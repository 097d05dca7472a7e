"""Do open pages hear of changes, and do they ever take the webhooks' threads?"""

import pytest

from console.stream import FREE_THREADS


@pytest.fixture
def feed(house):
    return house.app.extensions["console_feed"]


def test_a_page_hears_of_a_change_and_makes_room_when_it_goes(house, visitor, feed):
    ana = visitor("ana")
    answer = ana.client.get("/events", base_url=house.url, buffered=False)
    notices = iter(answer.response)
    assert b"retry" in next(notices)
    house.desk("ben")
    assert b"event: changed" in next(notices)
    assert len(feed._pages) == 1
    answer.close()
    assert not feed._pages


def test_a_page_that_was_never_read_makes_room_too(house, visitor, feed):
    answer = visitor("ana").client.get("/events", base_url=house.url, buffered=False)
    answer.close()
    assert not feed._pages


def test_streams_leave_threads_for_the_webhooks(house, visitor, feed):
    ana = visitor("ana")
    assert feed.most == house.board.settings.web_threads - FREE_THREADS
    held = [feed.open() for _ in range(feed.most)]
    refused = ana.get("/events")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    feed.close(held[0])
    answer = ana.client.get("/events", base_url=house.url, buffered=False)
    assert answer.status_code == 200
    answer.close()


def test_without_a_stream_the_page_still_learns_by_asking(house, browse, feed):
    held = [feed.open() for _ in range(feed.most)]
    house.desk("ana")
    page = browse("ana")
    page.goto("/desk")
    house.offers("ana", house.call())
    page.get_by_role("button", name="Answer").wait_for(timeout=8000)
    for one in held:
        feed.close(one)
