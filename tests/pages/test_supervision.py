"""Can a supervisor listen from the board, does the clinician see it, and is help seen at once?"""

from dataclasses import replace

import pytest
from pages.test_accessibility import violations
from playwright.sync_api import expect
from whole_line import running

from ivr.call import Coming, Guest, How, Role, Stage

ASK = "I need help"


def kept(house, call):
    with house.store.read() as rows:
        return rows.calls.get(call.id)


def test_help_is_on_every_supervisors_page_until_one_takes_it(house, visitor):
    call = house.talking("ana")
    ana, sol, cora = visitor("ana"), visitor("sol"), visitor("cora")
    assert visitor("ben").post(f"/calls/{call.id}/help").status_code == 404
    assert ASK in ana.get("/desk").text
    answer = ana.post(f"/calls/{call.id}/help", headers={"HX-Request": "true"})
    assert "You asked for help" in answer.text
    for page in ("/board", "/board/panel", "/desk", "/desk/panel"):
        assert "Ana Ruiz asks for help in a call" in sol.get(page).text
    assert "asks for help" not in cora.get("/board").text
    assert "take it up on the board" in sol.get("/follow-ups").text.casefold()
    assert sol.post(f"/calls/{call.id}/help/answer").status_code == 303
    assert "asks for help" not in sol.get("/board").text
    assert "Sol Hartmann is on it" in ana.get("/desk").text


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (How.LISTEN, "Sol Hartmann is listening"),
        (How.WHISPER, "Sol Hartmann speaks with the clinician alone"),
        (How.JOIN, "Sol Hartmann is in the call, heard by both"),
        (None, "Sol Hartmann is on the way in"),
    ],
)
def test_the_clinicians_screen_says_how_far_in_a_supervisor_is(house, visitor, how, words):
    guest = Guest(
        "g", Role.SUPERVISOR, "sol", house.at, state=Coming.HERE if how else Coming.COMING, how=how
    )
    house.talking("ana", guests=(guest,))
    assert words in visitor("ana").get("/desk").text
    assert words in visitor("sol").get("/board").text


def test_the_board_offers_a_call_to_supervisors_alone_and_never_their_own(house, visitor):
    call = house.talking("ana")
    assert "Listen" in visitor("sol").get("/board").text
    assert "Ana Ruiz</strong>" not in visitor("cora").get("/board").text
    sol = visitor("sol")
    assert sol.post(f"/calls/{call.id}/supervision", how="shout").status_code == 422
    asked = {"Accept": "application/json"}
    answer = sol.post(f"/calls/{call.id}/supervision", headers=asked, how="listen")
    (guest,) = kept(house, call).guests
    assert answer.json == {"connect": {"call": call.id, "guest": guest.id}}
    again = sol.post(f"/calls/{call.id}/supervision", headers=asked, how="whisper")
    assert again.json == {"connect": None}
    assert kept(house, call).guests[0].how is How.WHISPER
    assert sol.post(f"/calls/{call.id}/supervision/end").status_code == 303
    assert not kept(house, call).guests
    assert sol.post(f"/calls/{call.id}/supervision/end").status_code == 404


def test_the_board_says_that_a_talk_is_a_consultation(house, visitor):
    call = house.talking("ana")
    with house.store.begin() as rows:
        rows.calls.save(replace(rows.calls.lock(call.id), stage=Stage.CONSULTING))
    sol = visitor("sol")
    board = sol.get("/board").text
    assert "consulting: the caller hears none of it" in board
    answer = sol.post(
        f"/calls/{call.id}/supervision", headers={"Accept": "application/json"}, how="listen"
    )
    assert answer.json["connect"]["call"] == call.id


def test_nobody_supervises_their_own_call_or_one_that_is_over(house, visitor):
    own, over = house.talking("sol"), house.call(Stage.ENDED)
    sol = visitor("sol")
    assert "/supervision" not in sol.get("/board").text
    for call in (own, over):
        assert sol.post(f"/calls/{call.id}/supervision", how="join").status_code == 404


@pytest.fixture
def line(sqlite_database):
    pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")
    with running(sqlite_database) as found:
        found.clinician("ana", "Ana Ruiz")
        found.clinician("sol", "Sol Hartmann", "supervisor")
        yield found


@pytest.mark.browser
def test_a_supervisor_listens_and_the_clinician_sees_it(line, browser, root):
    def opened(name, scheme):
        context = browser.new_context(permissions=["microphone"], color_scheme=scheme)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.goto(line.link(name))
        return page

    desk, board = opened("ana", "light"), opened("sol", "dark")
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible(timeout=20_000)
    line.transfers()
    desk.get_by_role("button", name="Answer").click()
    expect(desk.get_by_text("In a call")).to_be_visible(timeout=20_000)
    board.goto(board.url.replace("/desk", "/board"))
    board.get_by_role("button", name="Listen").click()
    for page in (desk, board):
        expect(page.get_by_text("Sol Hartmann is listening")).to_be_visible(timeout=20_000)
    desk.get_by_role("button", name=ASK).click()
    expect(board.get_by_text("Ana Ruiz asks for help in a call")).to_be_visible()
    board.get_by_role("button", name="Whisper").click()
    expect(desk.get_by_text("Sol Hartmann speaks with the clinician alone")).to_be_visible()
    assert not [*violations(desk, root), *violations(board, root)]
    board.get_by_role("button", name="I am on it").click()
    expect(desk.get_by_text("Sol Hartmann is on it")).to_be_visible()
    board.get_by_role("button", name="Leave the call").click()
    expect(desk.get_by_text("Sol Hartmann speaks")).to_be_hidden(timeout=20_000)
    expect(desk.get_by_text("In a call")).to_be_visible()
    for page in (desk, board):
        page.context.close()
