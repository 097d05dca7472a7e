"""Is somebody of the house told by text of changed hours: who asked, by day, once for a change?"""

from datetime import UTC, datetime, timedelta

import pytest
from town import GENERAL, START, Town

from callbacks.reminder import HOURS
from storage.values import TextMessage
from switchboard import house_texts, notices

PHONE = "+13145550121"
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # in St. Louis


@pytest.fixture
def house(quick_town: Town) -> Town:
    """It is noon, and Ben has asked for texts."""
    quick_town.texts_people()
    quick_town.clinician("Ben", None, phone=PHONE)
    quick_town.phone(PHONE)
    quick_town.passes(hours=(NOON - START) / timedelta(hours=1))
    assert house_texts.agree(quick_town.board, "ben", on=True)
    return quick_town


def changes(town: Town, kind: str = "moved") -> None:
    with town.store.begin() as rows:
        notices.tell(rows, "ben", kind, "The roster changed within two days.", town.now)


def got(town: Town) -> list[str]:
    return [one.body for one in town.phone(PHONE).inbox if "subscribed" not in one.body]


def kept(town: Town) -> list[TextMessage]:
    with town.store.read() as rows:
        return [one for one in rows.texts.of_number(PHONE) if one.kind == "notice"]


def test_who_asked_gets_one_text_that_says_no_more_than_that(house: Town) -> None:
    changes(house)
    changes(house)
    house.lingers(minutes=3)
    (words,) = got(house)
    assert words.startswith("Your hours of the next two days have changed.")
    assert "STOP" in words
    assert house.phone(PHONE).inbox[0].from_ == house.board.book.default.number
    assert sorted(one.state for one in kept(house)) == ["delivered", "dropped"]
    house.lingers(minutes=15)
    changes(house)
    house.waits(minutes=1)
    assert len(got(house)) == 2


def test_nobody_else_and_of_nothing_else(house: Town) -> None:
    changes(house, "watch")
    assert house_texts.agree(house.board, "ben", on=False)
    changes(house)
    house.waits(minutes=1)
    assert not kept(house)
    house_texts.agree(house.board, "ben", on=True)
    house.waits(minutes=1)
    assert not kept(house), "told before they asked for it"


def test_after_stop_nothing_until_start(house: Town) -> None:
    house.phone(PHONE).texts(GENERAL, "STOP")
    house.waits(seconds=10)
    changes(house)
    house.waits(minutes=1)
    assert got(house) == []
    house.phone(PHONE).texts(GENERAL, "START")
    house.waits(minutes=1)
    assert len(got(house)) == 1, "still unseen, and of the next two days"


def test_by_night_it_waits_for_the_morning_and_what_was_seen_is_not_told(house: Town) -> None:
    house.passes(hours=10)
    changes(house)
    house.passes(hours=9)
    assert not kept(house)
    house.passes(hours=1.5)
    assert len(got(house)) == 1
    assert HOURS.weekday[0] == "08:00"
    house.passes(hours=14)
    changes(house)
    with house.store.begin() as rows:
        (one, *_) = rows.notices.unseen("ben", house.now - timedelta(hours=1))
        rows.notices.see(one.id, "ben", house.now)
    house.passes(hours=10)
    assert len(got(house)) == 1


def test_who_has_no_number_cannot_ask(house: Town) -> None:
    house.clinician("Cora", None)
    assert not house_texts.agree(house.board, "cora", on=True)
