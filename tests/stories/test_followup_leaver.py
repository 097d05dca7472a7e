"""The clinician who promised a call is gone from the house: who keeps it, and who sees that?"""

from stories.test_crew import overseer
from stories.test_followup import promised
from stories.test_followup_answers import browser
from stories.test_followup_stops import PAT
from town import BASE, Town

from ivr.call import Stage

LEFT = "Ana does not work here any more and leaves 1 promised call, offered to whoever is free."
OFF = "Whose clinician is off when they are due"
HERS = {
    "name": "Ana",
    "email": "ana@example.org",
    "languages": "en",
    "zone": "America/Chicago",
    "role_clinician": "yes",
}  # and not active


def deactivates_ana(town: Town) -> None:
    """The administrator takes her access away, on the page."""
    overseer(town, "ada", "administrator")
    with browser(town, "ada") as page:
        read = page.get("/people/ana", base_url=BASE).text
        token = read.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
        sent = page.post("/people/ana", base_url=BASE, data=HERS | {"csrf_token": token})
    assert sent.status_code == 303, sent.text


def coordinator_reads(town: Town) -> str:
    overseer(town, "cora", "coordinator")
    with browser(town, "cora") as page:
        return " ".join(page.get("/follow-ups", base_url=BASE).text.split())


def test_what_she_promised_is_kept_by_somebody_else_and_the_coordinator_sees_it(
    town: Town,
) -> None:
    ana, followup_id = promised(town)
    ben = town.clinician("Ben").goes_on_duty()
    deactivates_ana(town)
    assert ana.desk == "off"
    read = coordinator_reads(town)
    assert LEFT in read
    assert "Pat" in read.partition(OFF)[2].partition("Later")[0]
    town.passes(hours=5.97)
    town.until(lambda: ben.is_offered, seconds=150)
    assert not ana.is_offered
    town.phone(PAT).answers(after=4)
    call_id = ben.accepts().call_id
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=20)
    ben.ends(call_id)
    town.until(lambda: ben.desk == "wrap_up", seconds=5)
    assert town.followup(followup_id).closed_reason == "kept"


def test_what_is_being_offered_to_her_goes_to_another_at_once(quick_town: Town) -> None:
    town = quick_town
    ana, _ = promised(town)
    ben = town.clinician("Ben").goes_on_duty()
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=150)
    deactivates_ana(town)
    town.until(lambda: ben.is_offered, seconds=3)
    assert not ana.is_offered


def test_whoever_promised_nothing_leaves_no_task(quick_town: Town) -> None:
    quick_town.clinician("Ana").goes_on_duty()
    deactivates_ana(quick_town)
    assert not [task for task in quick_town.tasks() if task.kind == "clinician_left"]
