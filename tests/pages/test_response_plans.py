"""Is a response plan written, shown to whoever has the person, reviewed in time, and ended?"""

import re
from datetime import timedelta

import pytest

from care.response_plan import Draft
from ivr.call import Stage
from storage.errors import Stale
from switchboard import response_plans
from switchboard.response_plans import NoSuchPlan

PERSON = "+13145550177"
HELPS = "Let them finish. Ask about the garden."
SAID = {
    "number": "(314) 555-0177",
    "person_name": "Pat",
    "helps": HELPS,
    "avoid": "Advice",
    "limits": "20 minutes, then a time to call again",
    "tell": "Their case manager",
    "agreed": "yes",
    "review_on": "2027-02-21",
}


def plan_of(house, **change):
    day = response_plans.today(house.board) + timedelta(days=90)
    facts = {"person_name": "Pat", "helps": HELPS, "avoid": "Advice", "limits": None}
    facts |= {"tell": "Their case manager", "agreed": "no", "review_on": day} | change
    return response_plans.write(house.board, PERSON, Draft(**facts), "sol")


def audited(house, object_):
    with house.store.read() as rows:
        return [(line.actor, line.action) for line in rows.audit.of(object_)]


def tasks(house):
    with house.store.read() as rows:
        return [one for one in rows.tasks.open() if one.kind == response_plans.REVIEW]


# -- writing ------------------------------------------------------------------------------------


def test_a_supervisor_writes_one_from_a_contact_and_a_coordinator_reads_it(house, visitor):
    call = house.talking("ana", "wrap_up", number_shown=PERSON)
    sol, cora = visitor("sol"), visitor("cora")
    assert "Write a response plan" in sol.get(f"/records/{call.id}").text
    form = sol.get(f"/response-plans?call={call.id}").text
    assert f'value="{PERSON}"' in form
    assert 'name="review_on" required value="2027-02-21"' in form, "in ninety days"
    assert "No plan stands." in form
    answer = sol.post("/response-plans", **SAID)
    assert answer.status_code == 303
    page = sol.get(answer.location).text
    for words in (HELPS, "Advice", "20 minutes", "Their case manager", "Agreed with the person", "21 Feb 2027", "by Sol Hartmann"):  # fmt: skip
        assert words in page
    listed = cora.get("/response-plans").text
    assert re.search(r"Pat.*\(314\) 555-0177", listed, re.DOTALL)
    assert "<form" not in listed.split('id="room"')[1], "a coordinator reads"
    assert HELPS in cora.get(answer.location).text
    assert cora.post("/response-plans", **SAID).status_code == 403
    assert visitor("ana").get("/response-plans").status_code == 403
    assert visitor("ada").get(answer.location).status_code == 403
    plan_id = answer.location.rsplit("/", 1)[1]
    assert PERSON not in answer.location
    opened = "response_plan.read"
    assert audited(house, f"response_plan:{plan_id}") == [
        ("sol", "response_plan.written"),
        ("sol", opened),
        ("cora", opened),
    ]
    assert audited(house, "response_plans")[-1] == ("cora", "response_plan.listed")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"helps": ""}, "Say what helps them"),
        ({"agreed": ""}, "Say whether it is agreed with them."),
        ({"review_on": "2026-11-23"}, "Choose a day to come."),
        ({"review_on": "2028-01-01"}, "At most a year ahead"),
        ({"number": "anonymous"}, "A full telephone number"),
        ({"number": ""}, "A full telephone number"),  # a withheld number has no plan
        ({"tell": "x" * 301}, "At most 300 characters."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(house, visitor, wrong, words):
    answer = visitor("sol").post("/response-plans", **SAID | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert "20 minutes, then a time to call again" in answer.text
    with house.store.read() as rows:
        assert rows.response_plans.standing() == []


def test_a_centres_number_has_none_and_a_number_has_one(house, visitor):
    sol = visitor("sol")
    ours = house.board.line(house.line).number
    refused = sol.post("/response-plans", **SAID | {"number": ours})
    assert refused.status_code == 422
    assert "nobody&#39;s own" in refused.text
    plan_of(house)
    again = sol.post("/response-plans", **SAID)
    assert again.status_code == 422
    assert "This number has a plan" in again.text


def test_it_is_written_anew_by_who_has_read_it_and_ended_with_a_reason(house, visitor):
    plan = plan_of(house)
    house.waits(days=1)
    sol, path = visitor("sol"), f"/response-plans/{plan.id}"
    anew = SAID | {"helps": "Silence is fine.", "version": 1}
    assert sol.post(path, **anew).status_code == 303
    stale = sol.post(path, **anew | {"helps": "Mine"})
    assert stale.status_code == 422
    assert "Somebody wrote it anew meanwhile" in stale.text
    assert ">Mine</textarea>" in stale.text
    page = sol.get(path).text
    before = page.split('id="before-title"')[1]
    assert before.index("Silence is fine.") < before.index(HELPS), "what it said before is kept"
    assert sol.post(f"{path}/ending", version=2, ended_because="").status_code == 422
    assert sol.post(f"{path}/ending", version=1, ended_because="Moved").status_code == 422
    assert sol.post(f"{path}/ending", version=2, ended_because="Moved").status_code == 303
    assert sol.post(f"{path}/ending", version=3, ended_because="Moved").status_code == 422
    assert re.search(r"Ended .* by Sol Hartmann: Moved", sol.get(path).text)
    assert "No plan stands." in sol.get("/response-plans").text
    house.desk("ana", "talking", house.call(Stage.TALKING, number_shown=PERSON))
    assert "Silence is fine." not in visitor("ana").get("/desk").text
    assert sol.post(path, **SAID | {"version": 3}).status_code == 303, "taken up again"
    assert HELPS in visitor("ana").get("/desk").text
    for address in ("/response-plans/nobody", "/response-plans/nobody/ending"):
        assert sol.post(address, **anew).status_code == 404
    with pytest.raises(NoSuchPlan):
        response_plans.end(house.board, "nobody", 1, "x", "sol")
    with pytest.raises(Stale):
        response_plans.end(house.board, plan.id, 1, "x", "sol")


# -- shown --------------------------------------------------------------------------------------


def test_the_offer_says_it_in_one_line_and_the_desk_in_full(house, visitor):
    plan = plan_of(house)
    call = house.call(number_shown=PERSON)
    house.desk("ana")
    house.offers("ana", call)
    ana = visitor("ana")
    card = ana.get("/desk").text
    assert f"There is a response plan for Pat: {HELPS}" in card
    assert "Their case manager" not in card
    about = f"record:{call.id}"
    assert audited(house, about) == [("ana", "response_plan.read")]
    house.desk("ana", "talking", call)
    for _ in range(2):
        desk = ana.get("/desk").text
    for words in ("What helps</dt>", "Advice", "Their case manager", "Not agreed with the person", "by Sol Hartmann"):  # fmt: skip
        assert words in desk
    assert "review overdue" not in desk
    assert audited(house, about) == [("ana", "response_plan.read")], "once a contact"
    response_plans.revise(
        house.board,
        plan.id,
        1,
        Draft("Pat", "New words", None, None, None, "yes", plan.review_on),
        "sol",
    )
    assert "New words" in ana.get("/desk/panel").text
    assert audited(house, about)[1:] == [("ana", "response_plan.read")], "and once a version"


def test_who_shows_no_number_or_a_centres_has_no_plan_until_one_is_confirmed(house, visitor):
    plan_of(house)
    ana = visitor("ana")
    for shown in (None, house.board.line(house.line).return_number or "+13145550199"):
        call = house.talking("ana", number_shown=shown)
        assert "Response plan" not in ana.get("/desk").text
        fields = {"version": 0, "notes": "", "callback_number": PERSON}
        kept = ana.post(f"/records/{call.id}", **fields, headers={"Accept": "application/json"})
        assert kept.status_code == 200
        assert HELPS in ana.get("/desk").text, "the number was confirmed"


def test_it_stands_on_the_record_and_the_follow_up_and_not_before_administrators(house, visitor):
    plan = plan_of(house)
    call = house.talking("ana", "wrap_up", number_shown=PERSON)
    promise = house.followup(call, number=PERSON)
    for who, path in (
        ("sol", f"/records/{call.id}"),
        ("ana", f"/records/{call.id}"),
        ("cora", f"/follow-ups/{promise.id}"),
    ):
        page = visitor(who).get(path).text
        assert HELPS in page
        assert (f"/response-plans/{plan.id}" in page) is (who != "ana")
        assert "saw the response plan" in visitor(who).get(path).text
    assert HELPS not in visitor("ada").get(f"/follow-ups/{promise.id}").text
    assert ("cora", "response_plan.read") in audited(house, f"followup:{promise.id}")
    assert ("ada", "response_plan.read") not in audited(house, f"followup:{promise.id}")


# -- its review ---------------------------------------------------------------------------------


def test_an_overdue_review_is_marked_and_told_once(house, visitor):
    plan = plan_of(house)
    house.waits(days=90)
    response_plans.sweep(house.board)
    assert tasks(house) == [], "on its day it is not overdue"
    house.waits(days=1)
    for _ in range(2):
        response_plans.sweep(house.board)
    (task,) = tasks(house)
    assert (task.for_role, PERSON in task.text) == ("supervisor", False)
    assert 'href="/response-plans"' in visitor("sol").get("/follow-ups").text
    house.offers("ana", house.call(number_shown=PERSON))
    house.desk("ana")
    card = visitor("ana").get("/desk").text
    assert HELPS in card, "it is shown all the same"
    assert "review overdue since 21 Feb 2027" in card
    sol = visitor("sol")
    assert "overdue" in sol.get("/response-plans").text
    assert f"/tasks/{task.id}/decision" not in sol.get("/follow-ups").text
    for who in (sol, visitor("cora"), visitor("ada")):
        answer = who.post(f"/tasks/{task.id}/decision", decision="done")
        assert (answer.status_code, "by no decision" in answer.text) == (422, True)
    assert tasks(house) == [task], "a review is not decided away"
    sent = SAID | {"version": 1, "review_on": "2027-05-01"}
    assert sol.post(f"/response-plans/{plan.id}", **sent).status_code == 303
    assert tasks(house) == []
    assert "overdue" not in sol.get("/response-plans").text


def test_writing_it_anew_closes_the_task(house, visitor):
    plan = plan_of(house)
    house.waits(days=91)
    response_plans.sweep(house.board)
    assert len(tasks(house)) == 1
    sent = {"version": 1, "ended_because": "Has not called for a year"}
    assert visitor("sol").post(f"/response-plans/{plan.id}/ending", **sent).status_code == 303
    response_plans.sweep(house.board)
    assert tasks(house) == []


def test_what_is_to_be_reviewed_first_is_listed_first(house, visitor):
    plan_of(house, person_name="Later")
    day = response_plans.today(house.board) + timedelta(days=5)
    sooner = Draft("Sooner", "Patience", None, None, None, "no", day)
    response_plans.write(house.board, "+13145550178", sooner, "sol")
    page = visitor("cora").get("/response-plans").text
    assert page.index("Sooner") < page.index("Later")
