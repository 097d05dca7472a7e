"""Are people and promises kept by those who may, and is every decision somebody's?"""

from datetime import timedelta

from ivr.call import Stage
from storage import ids
from storage.values import Task
from switchboard import tasks, unwritten

NEW = {
    "name": "Eli Park",
    "email": "Eli@example.org",
    "phone": "(314) 555-0143",
    "languages": "en, es",
    "zone": "America/Chicago",
    "role_clinician": "yes",
    "active": "yes",
    "password": "a long first password",
}


def person(house, email="eli@example.org"):
    with house.store.read() as rows:
        return rows.people.by_email(email)


def test_a_person_is_added_and_signs_in(house, visitor):
    ada = visitor("ada")
    assert ada.post("/people", **NEW).status_code == 303
    eli = person(house)
    assert (eli.phone, eli.languages, eli.roles) == ("+13145550143", ("en", "es"), ("clinician",))
    stranger = visitor(None)
    stranger.post("/sign-in", email=NEW["email"], password=NEW["password"])
    assert stranger.get("/desk").status_code == 200


def test_what_is_wrong_with_a_person_is_said_and_nobody_is_added(house, visitor):
    ada = visitor("ada")
    for wrong in (
        {"name": ""},
        {"email": "not an address"},
        {"email": "ana@example.org"},
        {"phone": "12"},
        {"zone": "Mars/Olympus"},
        {"role_clinician": ""},
        {"password": "short"},
    ):
        answer = ada.post("/people", **{**NEW, **wrong})
        assert answer.status_code == 422
        assert 'class="error"' in answer.text
    assert person(house) is None


def test_a_deactivated_person_is_out(house, visitor):
    ana, ada = visitor("ana"), visitor("ada")
    facts = {**NEW, "name": "Ana Ruiz", "email": "ana@example.org", "active": ""}
    assert ada.post("/people/ana", **facts).status_code == 303
    assert ana.get("/desk").status_code == 302


def test_nobody_takes_their_own_keys_away(house, visitor):
    ada = visitor("ada")
    answer = ada.post("/people/ada", **{**NEW, "email": "ada@example.org"})
    assert answer.status_code == 422
    assert person(house, "ada@example.org").roles == ("administrator",)


def test_a_coordinator_decides_and_the_promise_is_closed(house, visitor):
    followup = house.followup(house.call())
    task = Task(
        ids.new(), "followup_unreached", "coordinator", None, followup.id, "Decide.", house.at
    )
    with house.store.begin() as rows:
        rows.tasks.add(task)
    assert visitor("ana").post(f"/tasks/{task.id}/decision", decision="close").status_code == 403
    cora = visitor("cora")
    assert cora.post(f"/tasks/{task.id}/decision", decision="guess").status_code == 422
    assert cora.post(f"/tasks/{task.id}/decision", decision="close", why="moved").status_code == 303
    with house.store.read() as rows:
        kept = rows.tasks.get(task.id)
        assert (kept.closed_by, kept.decision) == ("cora", "Close: nothing more to do: moved")
        assert rows.followups.get(followup.id).state == "closed"
        assert rows.audit.of(f"task:{task.id}")


def test_a_talk_that_nobody_wrote_down_is_put_before_a_coordinator(house, visitor):
    then = house.at - timedelta(days=8)
    call = house.call(Stage.ENDED, clinician_id="ana", arrived_at=then, answered_at=then)
    cora = visitor("cora")
    assert cora.get(f"/records/{call.id}").status_code == 404
    unwritten.sweep(house.board)
    page = cora.get("/follow-ups").text
    assert tasks.WORDS[unwritten.KIND] in page
    assert f'href="/records/{call.id}"' in page
    assert "Ana" in cora.get(f"/records/{call.id}").text, "whom to ask"
    assert f"/desk/unwritten/{call.id}" in visitor("ana").get("/desk").text
    assert f"/records/{call.id}" not in visitor("ben").get("/follow-ups").text


def test_the_figures_of_a_page_and_its_file_agree(house, visitor):
    house.talking("ana")
    house.call()
    sol = visitor("sol")
    page = sol.get("/figures").text
    lines = sol.get("/figures.csv").text.splitlines()
    assert lines[-1].startswith("All days,2,1,")
    assert "<dd>2</dd>" in page


def test_impossible_dates_in_an_address_change_nothing(visitor):
    cora = visitor("cora")
    for odd in ("9999-12-31", "0001-01-01", "2026-02-30", "next week", "", "\x00"):
        assert (
            cora.client.get("/roster", query_string={"week": odd}, base_url=cora.url).status_code
            == 200
        )
        days = {"from": odd, "to": odd}
        assert cora.client.get("/figures", query_string=days, base_url=cora.url).status_code == 200
        values = {"date": odd, "tier": odd, "start": odd}
        page = cora.client.get("/roster/one-offs/new", query_string=values, base_url=cora.url)
        assert page.status_code == 200
