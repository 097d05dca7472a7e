"""Who visits the people door in these tests: a plain client, or a real browser?"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from people_door import House, served
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from werkzeug.test import TestResponse
from whole_line import WholeLine, running

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Visitor:
    """One person without a browser: cookies, and the token of the pages they were given."""

    client: FlaskClient
    url: str
    token: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(path, base_url=self.url, headers=headers)
        if found := TOKEN.search(answer.get_data(as_text=True)):
            self.token = found[1]
        return answer

    def post(self, path: str, *, method: str = "POST", headers=None, **fields) -> TestResponse:
        given = {"X-CSRF-Token": self.token, **(headers or {})}
        return self.client.open(path, method=method, base_url=self.url, data=fields, headers=given)


@pytest.fixture
def house(sqlite_database: str) -> Iterator[House]:
    with served(sqlite_database) as found:
        yield found


@pytest.fixture
def visitor(house: House) -> Callable[[str | None], Visitor]:
    """`visitor("ana")` is signed in; `visitor(None)` is a stranger."""

    def arrive(name: str | None = None) -> Visitor:
        one = Visitor(house.app.test_client(), house.url)
        one.get(house.link(name) if name else "/sign-in")
        if name:
            one.get("/people")
        return one

    return arrive


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture
def browse(house: House, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`browse("ana")` opens a browser of their own, signed in, with no page yet.

    Every error on a page is a failure.
    """
    contexts, wrong = [], []

    def open_for(name: str | None = None, **options) -> Page:
        context = browser.new_context(
            base_url=house.url, permissions=["microphone"], timezone_id="America/Chicago", **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if name:  # without a page: the one they would be led to is looked at by nobody
            context.request.get(house.link(name), max_redirects=0)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def line(sqlite_database: str) -> Iterator[WholeLine]:
    """The whole line with sound, and Ana on call."""
    pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")
    with running(sqlite_database) as found:
        found.clinician("ana", "Ana Ruiz")
        yield found


@pytest.fixture
def desk(line: WholeLine, browser: Browser) -> Iterator[Page]:
    """Ana's desk on that line, in a browser that lets it use the microphone; patient."""
    context = browser.new_context(permissions=["microphone"])
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    page = context.new_page()
    page.goto(line.link("ana"))
    yield page
    context.close()
    expect.set_options(timeout=5_000)
