"""Do desk, board and a crew's phone say the same of a visit, and does each see only its own?"""

import re
from dataclasses import replace

import pytest
from pages.test_accessibility import violations
from playwright.sync_api import expect

from care import crew as rules
from ivr.call import Coming, Guest, Role, Stage
from storage import ids
from switchboard import crew_pages, crews

FACTS = {
    "place": "12 Main St, back porch",
    "risk": "A dog in the yard",
    "situation": "Alone, says nobody would miss him.",
}


@pytest.fixture
def crew(house):
    return crew_pages.add(house.board, "Crew 1", "+13145550160", "cora")


def path_of(house, crew):
    return crew_pages.address(house.board.settings, crew).removeprefix(house.url)


class Phone:
    """A crew's phone without scripts: what it was shown, and what it taps."""

    def __init__(self, house, crew):
        self.house, self.crew = house, crew
        self.client, self.path = house.app.test_client(), path_of(house, crew)

    def sees(self):
        return self.client.get(self.path, base_url=self.house.url)

    def taps(self, visit, step, **fields):
        return self.posts(visit, "steps", step=step, **fields)

    def posts(self, visit, what, **fields):
        path = f"{self.path}/visits/{visit.id}/{what}"
        return self.client.post(path, base_url=self.house.url, data={"version": 1} | fields)


@pytest.fixture
def phone(house, crew):
    return Phone(house, crew)


def asked(house, by="ana", **given):
    return crews.request(house.board, ids.new(), by, "first", FACTS, **given)


def visit_of(house, visit):
    with house.store.read() as rows:
        return rows.crew_visits.get(visit.id)


def audited(house, visit):
    with house.store.read() as rows:
        return [(one.actor, one.action) for one in rows.audit.of(f"crew_visit:{visit.id}")]


# -- asking -------------------------------------------------------------------------------------


def test_the_desk_asks_with_what_is_known_and_only_for_its_own_caller(house, visitor, crew):
    call = house.talking("ana")
    ana = visitor("ana")
    assert "Ask for a mobile crew" in ana.get("/desk/panel").text
    form = ana.get(f"/calls/{call.id}/crew").text
    visit_id = re.search(r'name="id" value="([\w-]{22})"', form)[1]
    wrong = ana.post(f"/calls/{call.id}/crew", id=visit_id, kind="first", asked="", place="x")
    assert wrong.status_code == 422
    assert "Say what is dangerous" in wrong.text
    given = FACTS | {"id": visit_id, "kind": "first", "asked": crew.id, "number": "314 555 0177"}
    for _ in range(2):  # tapped twice
        assert ana.post(f"/calls/{call.id}/crew", **given).status_code == 303
    with house.store.read() as rows:
        (visit,) = rows.crew_visits.of_call(call.id)
    assert (visit.asked, visit.requested_by, visit.facts["number"]) == (
        crew.id,
        "ana",
        "+13145550177",
    )
    panel = ana.get("/desk/panel").text
    assert "Stay on the line until the crew is on scene." in panel
    assert "Ask for a mobile crew" not in panel
    assert "Their page: never opened" in panel
    assert "Not on their page yet." in panel
    Phone(house, crew).sees()
    panel = ana.get("/desk/panel").text
    assert "Their page: last open " in panel
    assert "Not on their page yet." not in panel
    assert "has it on their page" in panel
    assert visitor("ben").get(f"/calls/{call.id}/crew").status_code == 404
    assert visitor("ben").post(f"/calls/{call.id}/crew", **given).status_code == 404
    assert visitor("ben").get(f"/crews/visits/{visit.id}").status_code == 404
    assert "12 Main St" not in visitor("ben").get("/crews").text


def test_a_coordinator_asks_without_a_call_and_enters_what_a_crew_says_by_radio(
    house, visitor, crew
):
    cora = visitor("cora")
    cora.get("/crews/visits/new")
    given = FACTS | {"id": ids.new(), "kind": "after", "asked": "", "when": "tomorrow at ten"}
    assert cora.post("/crews/visits/new", **given).status_code == 303
    with house.store.read() as rows:
        (visit,) = rows.crew_visits.open()
    assert (visit.call_id, visit.kind, visit.asked) == (None, "after", None)
    path = f"/crews/visits/{visit.id}"
    assert "tomorrow at ten" in cora.get("/crews").text
    assert cora.post(f"{path}/asking", crew=crew.id).status_code == 303
    for step in ("acknowledge", "arrive"):
        assert cora.post(f"{path}/steps", step=step, crew=crew.id).status_code == 303
    crews.change(
        house.board,
        visit.id,
        "cora",
        "changed",
        lambda v, at: rules.change(v, v.facts | {"risk": "A gun"}, "cora", at),
    )
    assert cora.post(f"{path}/steps", step="read").status_code == 303
    assert visit_of(house, visit).unread == (), "read to them by radio"
    assert audited(house, visit)[-1] == ("cora", "crew.read_changes")
    refused = cora.post(f"{path}/steps", step="call_off")
    assert refused.status_code == 409
    assert "only they can clear it" in refused.text
    assert cora.post(f"{path}/asking", crew="").status_code == 409
    assert cora.post(f"{path}/steps", step="clear", words="gone").status_code == 303
    found = visit_of(house, visit)
    assert (found.state, found.crew, found.outcome) == ("cleared", crew.id, "gone")
    assert audited(house, visit)[-1] == ("cora", "crew.clear")
    assert "Nobody was there" in cora.get("/crews").text


# -- the crew's phone ---------------------------------------------------------------------------


def test_the_page_shows_what_a_crew_needs_and_no_more(house, phone):
    call = house.talking("ana", number_shown="+13145550177")
    visit = asked(house, call_id=call.id, asked=phone.crew.id)
    asked(house, asked=crew_pages.add(house.board, "Crew 2", None, "cora").id)
    page = phone.sees()
    assert page.text.count("<article") == 1, "not what another crew is asked"
    for words in (*FACTS.values(), "First response", "We take it"):
        assert words in page.text
    for private in ("555-0177", "5550177", "Ana Ruiz", call.id, "26-104-881"):
        assert private not in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert audited(house, visit) == [
        ("ana", "crew.requested"),
        (f"crew:{phone.crew.id}", "crew.read"),
    ]
    phone.sees()
    assert len(audited(house, visit)) == 2, "seen once, noted once"


def test_doubled_and_late_taps_are_harmless_and_say_what_to_do(house, phone):
    visit = asked(house)
    for step in ("acknowledge", "set_out", "acknowledge", "arrive", "set_out"):
        assert phone.taps(visit, step).status_code == 303
    once = visit_of(house, visit)
    assert [one.what for one in once.lines] == ["requested", "acknowledge", "set_out", "arrive"]
    refused = phone.taps(visit, "clear")
    assert refused.status_code == 409
    assert "Say how it ended, then clear it." in refused.text
    assert phone.taps(visit, "clear", words="settled").status_code == 303
    assert phone.taps(visit, "clear", words="settled").status_code == 303
    over = phone.posts(visit, "words", words="One more thing", once="n")
    assert "This visit is over." in over.text
    off = asked(house)
    phone.taps(off, "acknowledge")
    crews.step(house.board, off.id, rules.Step.CALL_OFF, None, "ana", words="She is safe")
    late = phone.taps(off, "arrive")
    assert late.status_code == 409
    assert "This visit was called off. Do not go" in late.text
    for nonsense in ("call_off", "fly", ""):
        assert phone.taps(off, nonsense).status_code == 409
    for nobody in ("none", "%00"):
        answer = phone.posts(type("V", (), {"id": nobody}), "steps", step="arrive")
        assert answer.status_code == 409


@pytest.mark.parametrize("how", ["renewed", "ended", "no such crew"])
def test_an_old_address_says_what_to_do_and_does_nothing(house, phone, how):
    visit = asked(house)
    if how == "renewed":
        crew_pages.renew(house.board, phone.crew.id, "cora")
    elif how == "ended":
        crew_pages.end_address(house.board, phone.crew.id, "cora")
    else:
        other = crew_pages.add(house.board, "Crew 3", None, "cora")
        crews.change(
            house.board,
            visit.id,
            "cora",
            "asked",
            lambda v, at: rules.ask(v, other.id, "cora", at, at),
        )
        assert crew_pages.end(house.board, phone.crew.id, "cora")
    for answer in (phone.sees(), phone.taps(visit, "acknowledge"), phone.posts(visit, "reading")):
        assert answer.status_code == 410
        assert "This address no longer works. Ask your coordinator for the new one." in answer.text
        assert "Call (314) 555-0100" in answer.text
        assert "Main St" not in answer.text
    assert visit_of(house, visit).state == "requested"


def test_a_forged_address_opens_nothing_and_the_database_alone_makes_none(house, phone):
    asked(house)
    for token in ("none", phone.path.split("/")[-1][:-2] + "xx", "..", "%00"):
        answer = phone.client.get(f"/crew/{token}", base_url=house.url)
        assert answer.status_code == 404
        assert "Main St" not in answer.text
    with house.store.read() as rows:
        kept = repr(rows.crews.get(phone.crew.id))
    assert phone.path.split("/")[-1] not in kept
    assert phone.path.split(".")[-1] not in kept, "the signature is nowhere"


def test_what_the_desk_changes_must_be_read_and_what_the_crew_says_is_at_the_desk(
    house, visitor, phone
):
    call = house.talking("ana")
    visit = asked(house, call_id=call.id)
    phone.taps(visit, "acknowledge", version=1)
    ana = visitor("ana")
    assert "Change the visit" in ana.get("/desk/panel").text
    changed = FACTS | {"risk": "A gun in the kitchen", "place": ""}
    assert ana.post(f"/crews/visits/{visit.id}", **changed).status_code == 422
    changed["place"] = FACTS["place"]
    assert ana.post(f"/crews/visits/{visit.id}", **changed).status_code == 303
    page = phone.sees().text
    assert "The desk changed what is dangerous there." in page
    assert "A gun in the kitchen" in page
    assert "They have not read yet: what is dangerous there." in ana.get("/desk/panel").text
    phone.posts(visit, "reading", version=1)
    assert visit_of(house, visit).unread == ("risk",), "a page from before"
    assert (
        "The crew has not read yet: what is dangerous there." in visitor("cora").get("/crews").text
    )
    phone.posts(visit, "reading", version=2)
    assert "They have not read yet" not in ana.get("/desk/panel").text
    assert "The desk changed" not in phone.sees().text
    for _ in range(2):
        assert phone.posts(visit, "words", words="Gate <locked>", once="n1").status_code == 303
    assert ana.get("/desk/panel").text.count("said: Gate &lt;locked&gt;") == 1
    with house.store.read() as rows:
        (line,) = [a for a in rows.audit.of(f"crew_visit:{visit.id}") if a.action == "crew.changed"]
    assert line.facts["fields"] == ["risk"]
    assert "gun" not in str(line.facts), "which details, never what they say"


# -- the clinician stays, and asks nothing twice ------------------------------------------------


def test_leaving_before_the_crew_is_there_asks_why(house, visitor, phone):
    call = house.talking("ana")
    visit = asked(house, call_id=call.id)
    ana = visitor("ana")
    ana.get("/desk")
    refused = ana.post(f"/calls/{call.id}/ending")
    assert refused.status_code == 422
    assert "The crew is not there yet" in refused.json["say"]
    assert ana.post(f"/calls/{call.id}/ending", why="bored").status_code == 422
    assert ana.post(f"/calls/{call.id}/ending", why="company").status_code == 303
    assert visit_of(house, visit).lines[-1].words == "company"
    assert audited(house, visit)[-1] == ("ana", "crew.left")
    assert (
        "left the caller before the crew was there: Somebody they trust"
        in visitor("sol").get("/crews").text
    )


@pytest.mark.parametrize("stage", [Stage.TALKING, Stage.CONSULTING])
def test_handing_over_before_the_crew_is_there_asks_why(house, visitor, phone, stage):
    apart = stage is Stage.CONSULTING
    partner = Guest("g", Role.PARTNER, "partner", house.at, "CAg", Coming.HERE, consulted=apart)
    call = house.talking("ana", guests=(partner,), clinician_leg="CAana")
    with house.store.begin() as rows:
        rows.calls.save(replace(rows.calls.lock(call.id), stage=stage))
    visit, ana = asked(house, call_id=call.id), visitor("ana")
    assert "Why leave them with" in ana.get("/desk").text
    path = f"/calls/{call.id}/guests/g/handover"
    assert ana.post(path, why="").status_code == 422
    assert visit_of(house, visit).lines[-1].what != "left"
    assert ana.post(path, why="emergency").status_code == 303
    assert audited(house, visit)[-1] == ("ana", "crew.left")
    assert "An emergency: no time to say" in visitor("sol").get("/crews").text


def test_a_colleague_who_takes_over_stays_instead_and_nobody_asks_why(house, visitor, phone):
    ben = Guest("g", Role.COLLEAGUE, "ben", house.at, leg="CAben", state=Coming.HERE)
    call = house.talking("ana", guests=(ben,), clinician_leg="CAana")
    visit, ana = asked(house, call_id=call.id), visitor("ana")
    assert "Why leave them with" not in ana.get("/desk").text
    assert ana.post(f"/calls/{call.id}/guests/g/handover").status_code == 303
    assert ("ana", "crew.left") not in audited(house, visit)
    assert visit_of(house, visit).keeps_clinician


def test_after_the_crew_is_there_nobody_asks_why(house, visitor, phone):
    call = house.talking("ana")
    phone.taps(asked(house, call_id=call.id), "arrive")
    ana = visitor("ana")
    assert "Stay on the line" not in ana.get("/desk/panel").text
    assert ana.post(f"/calls/{call.id}/ending").status_code == 303


def test_the_record_takes_the_crews_steps_over(house, visitor, phone):
    call = house.talking("ana", "wrap_up")
    visit = asked(house, call_id=call.id)
    phone.taps(visit, "arrive")
    ana = visitor("ana")
    panel = ana.get("/desk/panel").text
    assert "&#34;responded_1&#34;: &#34;yes&#34;" in panel
    assert "&#34;disposition&#34;: &#34;mobile_crew_requested&#34;" in panel
    done = ana.post(
        f"/calls/{call.id}/wrap-up",
        version="0",
        disposition="mobile_crew_requested",
        responded_1="yes",
        notes="",
    )
    assert done.status_code == 303, "which crew, when and where to is known: nobody writes it again"
    page = visitor("sol").get(f"/records/{call.id}").text
    assert "Mobile crew: Crew 1" in page
    assert "took it" not in page
    assert "on scene 0:00" in page


def test_the_board_and_the_tasks_say_that_nobody_acknowledges(house, visitor, crew):
    visit = asked(house)
    sol = visitor("sol")
    assert "asked for or out" in sol.get("/board").text
    house.waits(minutes=3)
    crews.sweep(house.board)
    assert "1 not acknowledged" in sol.get("/board").text
    assert "nobody has acknowledged. See Crews." in visitor("cora").get("/follow-ups").text
    assert "Nobody has acknowledged" in sol.get("/crews").text
    crews.step(house.board, visit.id, rules.Step.ACKNOWLEDGE, crew.id, "sol")
    assert "not acknowledged" not in sol.get("/board").text


def test_the_figures_count_visits_in_columns_that_add_up(house, visitor, phone):
    cleared, off, going = asked(house), asked(house), asked(house)
    crews.step(house.board, off.id, rules.Step.CALL_OFF, None, "ana")
    for minutes, step in ((1, "acknowledge"), (4, "set_out"), (15, "arrive"), (60, "clear")):
        house.waits(minutes=minutes)
        phone.taps(cleared, step, words="gone")
    page = visitor("cora").get("/figures").text
    section = page.split('id="crews"')[1].split("</section>")[0]
    rows = {
        row.split("</th>")[0]: [cell.split("<")[0].split(">")[-1] for cell in row.split("<td")[1:]]
        for row in section.split('<th scope="row">')[1:]
    }
    #                           asked cleared off going told
    assert rows["First response"] == ["3", "1", "1", "1", "0"]
    assert rows["All visits"] == rows["First response"]
    assert rows["To acknowledged"] == ["1", "1:00", "1:00"]
    assert rows["To on scene"] == ["1", "20:00", "20:00"]
    assert rows["To cleared"] == ["1", "1 h 20 min", "1 h 20 min"]
    assert rows["Nobody was there"] == rows["Cleared"] == ["1"]
    assert "On scene within 60 minutes: 1 of 1 that arrived." in section
    assert visit_of(house, going).state == "requested"


def test_a_crews_address_is_shown_once_and_stops_when_it_is_ended(house, visitor):
    cora = visitor("cora")
    cora.get("/crews")
    assert cora.post("/crews", name="", phone="").status_code == 409
    made = cora.post("/crews", name="Crew 7", phone="314 555 0161").text
    first = re.search(r'value="http://[^/]+(/crew/[^"]+)"', made)[1]
    assert cora.post("/crews", name="Crew 7").status_code == 409
    assert first not in cora.get("/crews").text
    client = house.app.test_client()
    assert client.get(first, base_url=house.url).status_code == 200
    with house.store.read() as rows:
        (crew,) = rows.crews.all()
    assert crew.seen_at == house.at
    again = cora.post(f"/crews/{crew.id}/address").text
    second = re.search(r'value="http://[^/]+(/crew/[^"]+)"', again)[1]
    assert [client.get(one, base_url=house.url).status_code for one in (first, second)] == [
        410,
        200,
    ]
    assert cora.post(f"/crews/{crew.id}/address/end").status_code == 303
    assert client.get(second, base_url=house.url).status_code == 410
    visit = asked(house, asked=crew.id)
    assert "has a visit" in cora.post(f"/crews/{crew.id}/end").text
    crews.step(house.board, visit.id, rules.Step.CALL_OFF, None, "cora")
    assert cora.post(f"/crews/{crew.id}/end").status_code == 303
    assert visitor("ben").post(f"/crews/{crew.id}/address").status_code == 403


# -- in a browser -------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_desk_and_the_crews_phone_side_by_side(house, browse, root, crew):
    house.talking("ana")
    desk = browse("ana")
    phone = browse(None, viewport={"width": 360, "height": 740})
    phone.goto(path_of(house, crew))
    expect(phone.get_by_text("Nobody asks for you now.")).to_be_visible()
    desk.goto("/desk")
    desk.get_by_role("button", name="Ask for a mobile crew").click()
    form = desk.locator("#card-form")
    for label, words in zip(
        ("Where to", "What is dangerous", "What is happening"), FACTS.values(), strict=True
    ):
        form.get_by_label(label).fill(words)
    form.get_by_role("button", name="Ask for the crew").click()
    expect(desk.get_by_text("Stay on the line until the crew is on scene.")).to_be_visible()
    expect(form.get_by_role("button")).to_have_count(0)
    phone.get_by_role("button", name="We take it").click(timeout=15_000)
    phone.get_by_role("button", name="En route").click()
    expect(phone.get_by_text("You are en route")).to_be_visible()
    expect(desk.get_by_label("Mobile crew").get_by_text("En route", exact=True)).to_be_visible()
    phone.get_by_label("Tell the desk").fill("half a sen")
    desk.get_by_role("button", name="Change the visit").click()
    form.get_by_label("What is dangerous").fill("A gun in the kitchen")
    form.get_by_role("button", name="Keep it").click()
    expect(desk.get_by_text("They have not read yet: what is dangerous there.")).to_be_visible()
    expect(phone.get_by_text("A gun in the kitchen")).to_be_visible(timeout=12_000)
    expect(phone.get_by_label("Tell the desk")).to_have_value("half a sen")
    assert not violations(phone, root)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert not violations(desk, root)
    phone.get_by_role("button", name="I have read it").click()
    expect(desk.get_by_text("They have not read yet")).to_be_hidden()
    phone.get_by_label("Tell the desk").fill("The gate is locked.")
    phone.get_by_role("button", name="Send to the desk").click()
    expect(desk.get_by_text("said: The gate is locked.")).to_be_visible()
    desk.get_by_role("button", name="End", exact=True).click()
    expect(desk.get_by_text("Say why you end the call, or stay.")).to_be_visible()
    phone.get_by_role("button", name="On scene").click()
    expect(desk.get_by_text("Stay on the line until the crew is on scene.")).to_be_hidden()
    desk.get_by_text("Who responded, and what was avoided").click()
    expect(desk.get_by_label("A mobile crew")).to_be_checked()
    expect(desk.get_by_label("Disposition")).to_have_value("mobile_crew_requested")
    phone.get_by_label("How did it end?").select_option("Settled where they are")
    phone.get_by_role("button", name="Cleared").click()
    expect(phone.get_by_text("Nobody asks for you now.")).to_be_visible()
    expect(desk.get_by_text("cleared: Settled where they are")).to_be_visible()


def test_whoever_left_without_a_word_is_asked_at_their_desk_and_nobody_else(house, visitor):
    call = house.talking("ana")
    visit = asked(house, call_id=call.id)
    with house.store.begin() as rows:
        crews.note_lost(rows, call.id, "ana", house.at)
        rows.desks.set("ana", "off", house.at)
    ana, path = visitor("ana"), f"/crews/visits/{visit.id}/leaving"
    seen = ana.get("/desk").text
    assert "before the mobile crew was there" in seen
    assert path in seen
    cora = visitor("cora").get("/follow-ups").text
    assert "left a caller before the mobile crew was there" in cora
    assert "left the caller before the crew was there and did not say why" in visitor("cora").get("/crews").text  # fmt: skip
    assert visitor("ben").post(path, why="cut_off").status_code == 404
    for why in ("", "nonsense"):
        assert ana.post(path, why=why).status_code == 422
    assert ana.post(path, why="cut_off").status_code == 303
    assert path not in ana.get("/desk").text
    assert ana.post(path, why="cut_off").status_code == 404
    assert "said why they left: The connection broke off" in visitor("cora").get("/crews").text
    assert "left a caller" not in visitor("cora").get("/follow-ups").text
