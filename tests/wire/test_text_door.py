"""Is every webhook about a text taken once, whatever stands in it, and none from a stranger?"""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from doubling import everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import LAKESIDE, RIVERTON, Town
from wire.door import Door

from storage.values import TextMessage

PAT = "+13145550150"
SID = "SM" + "1" * 32
RECEIVED, STATUS = "/text/received", "/text/a/text-status"
EMPTY = b"<?xml version='1.0' encoding='UTF-8'?>\n<Response />"


@pytest.fixture
def door(sqlite_database: str) -> Iterator[Door]:
    with Town.opened(sqlite_database, twice=False) as town:
        town.texts_people()
        with town.store.begin() as rows:
            rows.texts.add(TextMessage("a", "reminder", PAT, "riverton", town.now, "owed", "f"))
        yield Door(town)


def form(body: str = "Hello?", sid: str = SID, **more: str) -> dict[str, str]:
    fields = {"MessageSid": sid, "SmsSid": sid, "From": PAT, "To": RIVERTON, "Body": body}
    return fields | {"AccountSid": "AC" + "0" * 32, "NumMedia": "0", "SmsStatus": "received"} | more


def test_strangers_are_refused_and_nothing_changes(door: Door) -> None:
    before = everything(door.town)
    for path in (RECEIVED, STATUS):
        for header in ("", "Zm9yZ2Vk"):
            body = urlencode(form("STOP", MessageStatus="delivered")).encode()
            assert door.post(path, body, header).status_code == 403
    assert everything(door.town) == before


def test_the_same_text_is_answered_the_same_and_taken_once(door: Door) -> None:
    first = door.post(RECEIVED, form())
    assert (first.status_code, first.content_type) == (200, "text/xml; charset=utf-8")
    assert b"<Message>Nobody reads texts here." in first.data
    kept = everything(door.town)
    again = door.post(RECEIVED, form(SmsStatus="receiving"))
    assert again.data == first.data
    assert everything(door.town) == kept
    assert door.post(RECEIVED, form(sid="SM" + "2" * 32)).data == EMPTY, "once a day"


@pytest.mark.parametrize(
    "body", ["Direction", "my CallSid=1&Digits=2", "ErrorCodeFromCity", "🙂" * 700]
)
def test_any_word_may_stand_in_a_text(door: Door, body: str) -> None:
    assert b"<Message>" in door.post(RECEIVED, form(body)).data


@pytest.mark.parametrize(
    "cut",
    [
        {"MessageSid": "not one", "To": RIVERTON},
        {"NumMedia": "0To"},
        {"": "x"},
    ],
)
def test_a_form_that_was_cut_elsewhere_is_refused(door: Door, cut: dict[str, str]) -> None:
    before = everything(door.town)
    assert door.post(RECEIVED, form("STOP") | cut).status_code == 400
    assert everything(door.town) == before


@pytest.mark.parametrize("shown", ["72345", "BANK", "", "anonymous", LAKESIDE, f"{PAT}MessageSid"])
def test_no_machine_is_answered_and_none_can_stop_a_number(door: Door, shown: str) -> None:
    before = everything(door.town)
    assert door.post(RECEIVED, form("STOP", From=shown)).data == EMPTY
    assert everything(door.town) == before


@pytest.mark.parametrize("kind", ["STOP", "HELP"])
def test_what_the_carrier_answered_by_its_own_words_is_not_answered_again(
    door: Door, kind: str
) -> None:
    """An installation with a Messaging Service: OptOutType (Twilio: Advanced Opt-Out)."""
    assert door.post(RECEIVED, form("please", OptOutType=kind)).data == EMPTY
    with door.town.store.read() as rows:
        known = rows.texts.number(PAT)
    assert bool(known and known.opted_out_at) == (kind == "STOP")


def test_without_the_database_the_carrier_asks_again_and_no_stop_is_lost(door: Door) -> None:
    door.town.board.standby.trip(door.town.now)
    for path in (RECEIVED, STATUS):
        assert door.post(path, form("STOP", MessageStatus="sent")).status_code == 503


NEWS = [  # news in some order, and what is then known
    (["queued", "sent", "delivered"], "delivered"),
    (["delivered", "sent", "queued"], "delivered"),
    (["sent", "undelivered", "sent"], "undelivered"),
    (["accepted", "nonsense"], "sent"),
    (["read", "?"], "owed"),
]


@pytest.mark.parametrize(("news", "known"), NEWS)
def test_news_come_in_any_order_and_an_end_is_final(door: Door, news: list, known: str) -> None:
    for status in (*news, *news):
        fields = {"MessageSid": SID, "MessageStatus": "".join(filter(str.isalpha, status))}
        assert door.post(STATUS, fields).status_code == 204
    with door.town.store.read() as rows:
        text = rows.texts.get("a")
    assert (text.state, text.sid) == (known, SID if known != "owed" else None)


values = st.sampled_from(["STOP", "HELP", "", PAT, RIVERTON, SID, "sent", "failed", "21610"])
names = st.sampled_from(
    ["MessageSid", "From", "To", "Body", "MessageStatus", "ErrorCode", "OptOutType", "NumMedia"]
)
known = st.lists(st.tuples(names, values | st.text(max_size=30)), max_size=9)


def test_no_form_whatever_is_an_accident(door: Door) -> None:
    @settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.sampled_from([RECEIVED, STATUS, f"/text/{'b' * 900}/text-status"]), known)
    def nonsense(path: str, fields: list[tuple[str, str]]) -> None:
        body = urlencode([("MessageSid", SID), *fields], errors="surrogatepass").encode()
        assert door.post(path, body).status_code in (200, 204, 400)

    nonsense()
