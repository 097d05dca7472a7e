"""Does a promise's own page show whom to tell, and stop it when the person says so?"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from storage import ids
from storage.values import Task, TextMessage

WHO = {"revoked_by": "Marta herself", "revoked_how": "spoken"}


@pytest.fixture
def promise(house):
    return house.followup(house.call(), tell_if_unreached="her sister Nora")


def kept(house, followup_id):
    with house.store.read() as rows:
        return rows.followups.get(followup_id)


def test_consent_is_revoked_by_whom_how_and_when(house, visitor, promise):
    ana, address = visitor("ana"), f"/follow-ups/{promise.id}"
    assert "They revoke their consent" in ana.get(address).text
    assert ana.post(f"{address}/revocation", revoked_how="spoken").status_code == 422
    assert kept(house, promise.id).state == "due"
    assert ana.post(f"{address}/revocation", **WHO).status_code == 303
    one = kept(house, promise.id)
    assert (one.state, one.closed_reason) == ("closed", "withdrawn")
    assert (one.revoked_by, one.revoked_how, one.revoked_at) == (
        "Marta herself",
        "spoken",
        house.at,
    )
    page = ana.get(address).text
    assert "Marta herself" in page
    assert "wrote down that consent was revoked" in page
    assert "They revoke their consent" not in page, "it is revoked"


def test_a_wrong_number_is_stopped_and_somebody_decides(house, visitor, promise):
    ana = visitor("ana")
    assert ana.post(f"/follow-ups/{promise.id}/wrong-number").status_code == 303
    assert kept(house, promise.id).closed_reason == "wrong_number"
    with house.store.read() as rows:
        assert [task.kind for task in rows.tasks.open()] == ["followup_wrong_number"]


def test_another_clinicians_promise_does_not_exist_before_it_is_due(house, visitor):
    later = house.followup(house.call(), due_at=house.at + timedelta(days=1))
    ben = visitor("ben")
    assert ben.get(f"/follow-ups/{later.id}").status_code == 404
    assert ben.post(f"/follow-ups/{later.id}/revocation", **WHO).status_code == 404
    assert kept(house, later.id).state == "due"
    house.waits(days=1)
    ben = visitor("ben")
    assert ben.get(f"/follow-ups/{later.id}").status_code == 200
    with house.store.read() as rows:
        assert [one.actor for one in rows.audit.of(f"followup:{later.id}")] == ["ben"]


def test_whoever_decides_sees_whom_to_tell(house, visitor, promise):
    task = Task(ids.new(), "followup_unreached", "coordinator", None, promise.id, "Not.", house.at)
    with house.store.begin() as rows:
        rows.tasks.add(task)
    cora = visitor("cora")
    for address in ("/follow-ups", f"/follow-ups/{promise.id}"):
        page = cora.get(address).text
        assert "tell <b>her sister Nora</b>" in page
        assert "A welfare check" in page
    cora.post(f"/tasks/{task.id}/decision", decision="letter", why="x" * 140, told="yes")
    with house.store.read() as rows:
        decision = rows.tasks.get(task.id).decision
    assert decision == f"Write a letter: {'x' * 140} (told whom they wished)"


def test_the_board_counts_what_is_past_its_window(house, visitor, promise):
    house.followup(house.call(), due_until=house.at - timedelta(minutes=1))
    house.followup(house.call(), due_until=house.at + timedelta(hours=3))
    assert "1 past their window" in visitor("sol").get("/board").text
    page = visitor("cora").get("/follow-ups").text
    overdue = page[page.index("overdue-title") : page.index('due-title">Due now')]
    assert overdue.count("<tr>") == 2, "a head and one promise"


# -- the boards -------------------------------------------------------------------------------


def part_of(page, name):
    """The rows of one part of the page, as text."""
    start = page.find(f'id="{name}-title"')
    return page[start : page.index("</section>", start)] if start >= 0 else ""


def test_each_promise_stands_in_one_part_of_the_list(house, visitor):
    tomorrow = house.at + timedelta(days=1)
    hours = {"due_at": tomorrow, "due_until": tomorrow + timedelta(hours=4)}
    past = {"due_until": house.at - timedelta(hours=1)}
    house.shift("ana", "primary", tomorrow.date(), "08:00", "20:00")
    for name, facts in {
        "Mine": {"prefers": "ana", "due_at": house.at + timedelta(minutes=5)},
        "Over": {"prefers": None, **past},
        "Free": {"prefers": None},
        "Away": {"prefers": "ben", **hours},
        "Next": {"prefers": "ana", **hours},
    }.items():
        house.followup(house.call(), name=f"{name} Person", **facts)
    ana, cora = visitor("ana").get("/follow-ups").text, visitor("cora").get("/follow-ups").text
    for name, part in (("Mine", "mine"), ("Over", "overdue"), ("Free", "due"), ("Next", "later")):
        assert f"{name} Person" in part_of(ana, part)
        assert ana.count(f">{name} Person<") == 1
    assert "Away Person" not in ana, "another clinician's, before it is due"
    assert "Away Person" in part_of(cora, "off"), "Ben is on call at no time of its window"
    assert "Next Person" in part_of(cora, "later")
    assert 'name="promise"' not in ana
    assert cora.count('name="promise"') == 5


def test_many_are_given_away_in_one_step(house, visitor):
    ids_ = [house.followup(house.call()).id for _ in range(3)]
    ringing = house.followup(house.call(), state="placing").id
    marked = {"promise": [*ids_, ringing, "no-such-thing"]}
    assert visitor("ana").post("/follow-ups/reassignment", **marked, to="ben").status_code == 403
    cora = visitor("cora")
    assert cora.post("/follow-ups/reassignment", **marked, to="nobody").status_code == 303
    assert [kept(house, one).prefers for one in ids_] == ["ana"] * 3
    cora.post("/follow-ups/reassignment", **marked, to="ben")
    assert [kept(house, one).prefers for one in [*ids_, ringing]] == ["ben"] * 3 + ["ana"]
    assert "3 follow-ups are given away" in cora.get("/follow-ups").text
    with house.store.read() as rows:
        assert [line.facts for line in rows.audit.of(f"followup:{ids_[0]}")] == [{"to": "ben"}]
    cora.post("/follow-ups/reassignment", promise=ids_[0], to="")
    assert kept(house, ids_[0]).prefers is None


def test_a_calendar_shows_when_and_never_whom(house, visitor):
    import icalendar

    due = house.at + timedelta(days=1)
    promise = house.followup(house.call(), due_at=due, note="after work", tell_if_unreached="Nora")
    house.followup(house.call(), prefers="ben")
    ana = visitor("ana")
    ana.post("/roster/feeds/followups")
    page = ana.get("/roster/feeds").text
    content = visitor(None).get(re.search(r'value="http[^"]+?(/feeds/[^"]+)"', page)[1]).text
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert event["DTSTART"].dt == due
    assert str(event["SUMMARY"]) == "Follow-up, attempt 1 of 3"
    for secret in (promise.name, promise.number, "Nora", "after work", promise.id):
        assert secret not in content
    assert visitor("cora").post("/roster/feeds/followups").status_code == 404


# -- text messages ----------------------------------------------------------------------------


def texting(house):
    """This house has switched text messages on."""
    given = house.board.settings.model_copy(update={"text_messages": True})
    object.__setattr__(house.board, "settings", given)


AGREED = {"texts_agreed_by": "Marta herself", "texts_agreed_how": "spoken"}
NO_MORE = {"texts_revoked_by": "Marta herself", "texts_revoked_how": "written"}


def test_consent_to_texts_is_seen_and_revoked_and_the_call_stays_promised(house, visitor):
    texting(house)
    one = house.followup(house.call(), texts_agreed_at=house.at, **AGREED)
    ana, address = visitor("ana"), f"/follow-ups/{one.id}"
    assert "one reminder before the call" in ana.get(address).text
    assert ana.post(f"{address}/texts-revocation").status_code == 422
    assert ana.post(f"{address}/texts-revocation", **NO_MORE).status_code == 303
    after = kept(house, one.id)
    assert (after.state, after.texts_revoked_by, after.texts_revoked_at, after.revoked_at) == (
        "due",
        "Marta herself",
        house.at,
        None,
    )
    page = ana.get(address).text
    assert "consent to texts revoked" in page
    assert "wrote down that they want no texts" in page
    assert "No texts any more" not in page, "it is revoked"


def test_the_coordinator_sees_who_wrote_stop_and_what_became_of_each_text(house, visitor):
    texting(house)
    one = house.followup(house.call(), texts_agreed_at=house.at, **AGREED)
    facts = {"number": one.number, "line": one.line, "at": house.at}
    with house.store.begin() as rows:
        rows.texts.opt_out(one.number, house.at)
        for text_id, kind, state, why in (
            ("a", "reminder", "undelivered", "30003"),
            ("b", "stop", "received", None),
            ("c", "reminder", "dropped", "opted_out"),
        ):
            rows.texts.add(TextMessage(text_id, kind, state=state, why=why, **facts))
    page = visitor("cora").get(f"/follow-ups/{one.id}").text
    assert "they wrote STOP: never texted" in page
    assert "Reminder: not delivered: Their telephone is off or out of reach." in page
    assert "They wrote STOP: no more texts" in page
    assert "No reminder: they had written STOP" in page


def test_nothing_is_said_of_texts_where_they_are_off(house, visitor, promise):
    assert "Text messages" not in visitor("ana").get(f"/follow-ups/{promise.id}").text


@pytest.mark.parametrize(("on", "ticked", "agreed"), [(1, 1, 1), (1, 0, 0), (0, 1, 0)])
def test_consent_to_a_text_is_asked_for_by_itself(house, visitor, on, ticked, agreed):
    if on:
        texting(house)
    call = house.talking("ana", "wrap_up")
    ana = visitor("ana")
    assert ("one reminder by text" in ana.get("/desk").text) == bool(on)
    form = {"consent": "yes", "consent_by": "Marta", "consent_how": "spoken"}
    form |= {"number": "+13145550150", "template": "24h", "zone": "America/Chicago"}
    form |= {"best_from": "09:00", "best_until": "20:00"} | ({"texts": "yes"} if ticked else {})
    assert ana.post(f"/calls/{call.id}/follow-ups", **form).status_code == 303
    with house.store.read() as rows:
        (made,) = rows.followups.of_call(call.id)
    assert (made.texts_agreed_by, made.consent_by) == ("Marta" if agreed else None, "Marta")
    assert bool(made.texts_agreed_at) == bool(agreed)


def test_somebody_of_the_house_asks_for_texts_and_for_none(house, visitor):
    ana = visitor("ana")
    assert ana.post("/roster/mine/texts", on="yes").status_code == 404, "texts are off"
    assert "Text messages" not in ana.get("/roster/mine").text
    texting(house)
    assert "you may have a text at (314) 555-0142" in ana.get("/roster/mine").text
    assert ana.post("/roster/mine/texts", on="yes").status_code == 303
    assert "you get a text at (314) 555-0142, by day." in ana.get("/roster/mine").text
    with house.store.begin() as rows:
        assert rows.texts.number("+13145550142").agreed_at == house.at
        rows.texts.opt_out("+13145550142", house.at)
    assert "STOP was written from" in ana.get("/roster/mine").text
    ana.post("/roster/mine/texts")
    with house.store.read() as rows:
        assert rows.texts.number("+13145550142").agreed_at is None
        assert [line.action for line in rows.audit.of("person:ana")][-1] == "texts.revoked"
    cora = visitor("cora")
    assert "You have no phone number here" in cora.get("/roster/mine").text
    cora.post("/roster/mine/texts", on="yes")
    assert "ask an administrator" in cora.get("/roster/mine").text


@pytest.mark.browser
def test_an_open_page_hears_of_a_text_and_of_a_promise_and_leaves_alone_what_is_begun(
    house, browse
):
    """A coordinator leaves the list and a follow-up open: neither may go stale."""
    one = house.followup(house.call(), texts_agreed_at=house.at, **AGREED)
    page, whole_list = browse("cora"), browse("cora")
    page.goto(f"/follow-ups/{one.id}")
    whole_list.goto("/follow-ups")
    with house.store.begin() as rows:
        facts = {"number": one.number, "line": one.line, "at": house.at}
        rows.texts.opt_out(one.number, house.at)
        rows.texts.add(TextMessage("t", "stop", state="received", **facts))
    expect(page.get_by_text("They wrote STOP: no more texts")).to_be_visible()
    expect(page.get_by_text("they wrote STOP: never texted")).to_be_visible()
    house.followup(house.call(), name="Nora Second")
    expect(whole_list.get_by_role("link", name="Record of Nora Second")).to_be_visible()
    page.get_by_label("Who wants no texts").fill("Marta")
    page.get_by_role("heading", name="Text messages").click()  # she is no longer in the field
    with house.store.begin() as rows:
        rows.texts.add(TextMessage("u", "help", state="received", **facts))
    house.followup(house.call(), name="Olga Third")
    expect(whole_list.get_by_role("link", name="Record of Olga Third")).to_be_visible()
    expect(page.get_by_label("Who wants no texts")).to_have_value("Marta")
    with house.store.read() as rows:
        reads = [line for line in rows.audit.of(f"followup:{one.id}") if "read" in line.action]
    assert len(reads) == 1, "that the open page hears is no other reading"
