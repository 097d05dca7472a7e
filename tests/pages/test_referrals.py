"""Is a service found and somebody referred to it, with and without scripts, and asked about again?"""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from fhir.resources.R4B.bundle import Bundle
from pages.test_accessibility import violations
from playwright.sync_api import expect

from care.referral import State
from storage import ids
from switchboard import directory, referrals, seed_directory
from switchboard.referrals import Wish

PERSON = "+13145550177"
CHOICE = {
    "service_id": "service-4",
    "consent": "spoken",
    "consent_by": "Marta",
    "shared": "Her name",
}
NO_SHARING = Wish("service-8", "", "no", None, "")


def made(house, call):
    with house.store.read() as rows:
        return rows.referrals.of_call(call.id)


def refer(house, call, wish=NO_SHARING, by="ana"):
    return referrals.make(house.board, ids.new(), call.id, by, wish)


def audited(house, object_):
    with house.store.read() as rows:
        return [(line.actor, line.action) for line in rows.audit.of(object_)]


# -- at the desk --------------------------------------------------------------------------------


def test_found_during_a_call_and_referred_without_scripts(house, visitor):
    house.directory()
    call = house.talking("ana", number_shown=PERSON)
    ana = visitor("ana")
    assert "Nobody referred them anywhere yet." in ana.get("/desk").text
    found = ana.get(f"/calls/{call.id}/referrals?need=shelter&language=Spanish&open=").text
    assert "1 service fits" in found
    for words in ("Night shelter", "(314) 555-0193", "closed, opens 18:00", "English, Spanish, Vietnamese", "18 and older; Adults"):  # fmt: skip
        assert words in found
    new_id = re.search(r'name="id" value="([\w-]{22})"', found)[1]
    wrong = ana.post(f"/calls/{call.id}/referrals", **CHOICE | {"id": new_id, "shared": ""})
    assert wrong.status_code == 422
    assert "Say what may be told to them." in wrong.text
    assert re.search(r'value="service-4" checked', wrong.text), "what was chosen stays chosen"
    for _ in range(2):  # sent twice
        sent = CHOICE | {"id": new_id, "date": "2026-11-25", "time": "09:30"}
        assert ana.post(f"/calls/{call.id}/referrals", **sent).status_code == 303
    (one,) = made(house, call)
    assert (one.service_name, one.number, one.shared) == (
        "Night shelter, Lantern House",
        PERSON,
        "Her name",
    )
    assert (one.state, one.appointment_at.isoformat()) == (
        State.APPOINTMENT,
        "2026-11-25T15:30:00+00:00",
    )
    assert "Appointment Wed 25 Nov 09:30" in ana.get("/desk").text
    assert visitor("ben").get(f"/calls/{call.id}/referrals").status_code == 404
    assert visitor("ben").post(f"/calls/{call.id}/referrals", **CHOICE).status_code == 404
    assert ("ana", "referral.made") in audited(house, f"record:{call.id}")


def test_in_the_clinicians_words_and_with_nothing_to_be_told(house, visitor):
    call = house.talking("ana", "wrap_up")
    ana = visitor("ana")
    assert "No directory has been imported yet." in ana.get(f"/calls/{call.id}/referrals").text
    given = {"id": ids.new(), "service_name": "Her own doctor", "consent": "no"}
    assert ana.post(f"/calls/{call.id}/referrals", **given | {"shared": "x"}).status_code == 422
    assert ana.post(f"/calls/{call.id}/referrals", **given).status_code == 303
    (one,) = made(house, call)
    assert (one.service_id, one.may_share, one.open) == (None, False, True)
    assert "nothing may be told to them" in ana.get("/desk").text


def test_the_wrap_up_of_a_later_contact_asks_whether_they_went(house, visitor):
    house.directory()
    one = refer(house, house.talking("ben", number_shown=PERSON), by="ben")
    house.desk("ben")
    house.waits(days=2)
    call = house.talking("ana", "wrap_up", number_shown=PERSON)
    ana = visitor("ana")
    desk = ana.get("/desk").text
    assert "Referred to Grief circle, St. Alban Community House: did they go?" in desk
    assert f'name="went_{one.id}"' in desk
    assert audited(house, f"referral:{one.id}")[-1] == ("ana", "referral.read")
    fields = {"disposition": "resolved_by_phone", "notes": "Went, and will go again.", "version": 0}
    sent = fields | {f"went_{one.id}": "keep", "went_no-such-one": "keep"}
    assert ana.post(f"/calls/{call.id}/wrap-up", **sent).status_code == 303
    with house.store.read() as rows:
        assert rows.referrals.get(one.id).state is State.KEPT
    assert audited(house, f"referral:{one.id}")[-1] == ("ana", "referral.keep")


@pytest.mark.browser
def test_a_wrap_up_by_keyboard(house, browse, root):
    """Searched, referred, and the earlier referral answered, without leaving the page."""
    house.directory()
    earlier = refer(house, house.talking("ben", number_shown=PERSON), by="ben")
    house.desk("ben")
    call = house.talking("ana", "wrap_up", number_shown=PERSON)
    page = browse("ana")
    page.goto("/desk")
    page.get_by_text("Refer to a service").click()
    page.get_by_label("Need").fill("veteran")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 service fits")).to_be_visible()
    expect(page.get_by_label("Need")).to_be_focused()
    page.get_by_label("Vet to Vet").focus()
    page.keyboard.press("Space")
    page.get_by_label("Given, spoken").check()
    page.get_by_label("Who agreed to share").fill("Marta")
    page.get_by_label("What may be told to them").fill("Her first name")
    assert violations(page, root) == []
    page.keyboard.press("Enter")
    region = page.locator("#referrals")
    expect(region).to_contain_text("Vet to Vet, Harbor Veterans Center")
    expect(region).to_contain_text("Given, spoken, by Marta: Her first name")
    page.get_by_label("did they go?").select_option("They went")
    page.get_by_label("Disposition").select_option("Linked to services")
    page.get_by_label("Notes").fill("Likes the circle.")
    page.get_by_role("button", name="Finish wrap-up").click()
    expect(page.get_by_text("Ready.", exact=False).first).to_be_visible()
    with house.store.read() as rows:
        assert rows.referrals.get(earlier.id).state is State.KEPT
    assert [one.service_id for one in made(house, call)] == ["service-6"]


# -- what came of it ----------------------------------------------------------------------------


def test_who_sees_an_open_referral_and_who_says_what_came_of_it(house, visitor):
    house.directory()
    call = house.talking("ana", "wrap_up", number_shown=PERSON)
    one = refer(house, call)
    house.desk("ana")
    path = f"/referrals/{one.id}/steps"
    assert "Grief circle" not in visitor("ben").get("/referrals").text
    assert visitor("ben").post(path, step="keep").status_code == 404
    cora = visitor("cora")
    assert "Did they go?" in cora.get("/referrals").text
    refused = cora.post(path, step="agree")
    assert refused.status_code == 422
    assert "Say when the appointment is." in refused.text
    agreed = cora.post(path, step="agree", date="2026-12-01", time="18:30", words="by phone")
    assert agreed.status_code == 303
    page = cora.get("/referrals").text
    assert "Appointment Tue 1 Dec 18:30" in page
    assert "An appointment was made: Tue 1 Dec 18:30 (by phone)" in page
    assert visitor("ana").post(path, step="miss").status_code == 422, "it is still to come"
    house.waits(days=9)
    assert visitor("sol").post(path, step="miss", to="record").location.endswith(call.id)
    assert "Grief circle" not in visitor("cora").get("/referrals").text
    assert "They did not go" in visitor("sol").get(f"/records/{call.id}").text


def test_at_the_desk_nothing_leaves_the_page(house, visitor):
    """A page that is left ends the softphone's call: every form there is answered in its place."""
    call = house.talking("ana", number_shown=PERSON)
    one = refer(house, call, Wish(None, "Her own doctor", "no", None, ""))
    ana, path = visitor("ana"), f"/referrals/{one.id}/steps"
    region = ana.get("/desk/record").text.split('id="referrals"')[1]
    forms = re.findall(r"<form [^>]*>", region)
    assert len(forms) == 3
    assert all("hx-post=" in form or "hx-get=" in form for form in forms)
    asked = {"HX-Request": "true"}
    refused = ana.post(path, step="agree", to="desk", headers=asked)
    assert (refused.status_code, "Say when the appointment is." in refused.text) == (422, True)
    said = {"step": "agree", "date": "2026-12-01", "time": "18:30", "to": "desk"}
    answer = ana.post(path, **said, headers=asked)
    assert answer.status_code == 200
    assert "Appointment Tue 1 Dec 18:30" in answer.text
    assert "<html" not in answer.text


def test_the_directory_is_searched_on_a_page_of_its_own(house, visitor):
    house.directory()
    house.waits(days=3)
    page = visitor("ben").get("/referrals?need=counseling&age=15").text
    assert "Youth after-school counseling" in page
    assert "Walk-in counseling" not in page
    assert "imported 3 days ago" in page
    assert "1 service fits" in page


# -- the directory ------------------------------------------------------------------------------


def upload(cora, content, name="d.zip"):
    return cora.post("/directory/drafts", file=(io.BytesIO(content), name))


def test_a_directory_is_looked_at_and_then_taken(house, visitor):
    cora = visitor("cora")
    assert "Nothing has been imported yet" in cora.get("/directory").text
    shown = upload(cora, directory.as_zip(seed_directory.package()))
    assert "New</dt><dd>11: Detox and recovery beds" in shown.text
    assert "Nothing has been imported yet" in cora.get("/directory").text, "not before they say so"
    digest = re.search(r'name="digest" value="(\w{64})"', shown.text)[1]
    assert cora.post("/directory", digest="0" * 64).status_code == 409
    assert cora.post("/directory", digest=digest).status_code == 303
    assert "11 services from d.zip" in cora.get("/directory").text
    again = upload(cora, cora.get("/directory.json").data, "d.json")
    assert "As before</dt><dd>11" in again.text
    with zipfile.ZipFile(
        io.BytesIO(cora.client.get("/directory.zip", base_url=house.url).data)
    ) as packed:
        assert "service_at_location.csv" in packed.namelist()
    assert visitor("ben").get("/directory").status_code == 403
    assert upload(visitor("sol"), b"{}").status_code == 403


def test_bad_rows_are_named_and_nothing_is_taken(house, visitor):
    cora = visitor("cora")
    cora.get("/directory")
    refused = upload(cora, b'[{"id": "s", "name": "<b>", "status": "open"}]', "d.json")
    assert refused.status_code == 422
    assert "2 fields are wrong: nothing was taken" in refused.text
    assert "&#39;open&#39; is none of: active" in refused.text
    for content, why in ((b"", "Choose a file"), (b"id,name", "neither JSON nor a zip")):
        refused = upload(cora, content, "d.txt")
        assert refused.status_code == 422
        assert why in refused.text
    with house.store.read() as rows:
        assert rows.directory.heading() is None


# -- FHIR ---------------------------------------------------------------------------------------


def test_who_takes_a_person_out_as_fhir(house, visitor):
    house.directory()
    call = house.talking("ana", "wrap_up", number_shown=PERSON)
    refer(house, call)
    promise = house.followup(call, number=PERSON, due_at=house.at + timedelta(days=1))
    by_call, by_promise = f"/records/{call.id}/fhir.json", f"/follow-ups/{promise.id}/fhir.json"
    sol = visitor("sol")
    assert by_call in sol.get(f"/records/{call.id}").text
    assert by_promise in visitor("cora").get(f"/follow-ups/{promise.id}").text
    for answer in (sol.get(by_call), visitor("cora").get(by_promise)):
        assert answer.mimetype == "application/fhir+json"
        kinds = [
            one.resource.get_resource_type()
            for one in Bundle.model_validate_json(answer.data).entry
        ]
        assert kinds == ["Patient", "CarePlan", "Task", "ServiceRequest", "Task", "Communication"]
    assert ("sol", "fhir.exported") in audited(house, f"record:{call.id}")
    assert ("cora", "fhir.exported") in audited(house, f"followup:{promise.id}")
    assert visitor("ana").get(by_call).status_code == 403, "neither the clinician"
    assert visitor("cora").get(by_call).status_code == 404, "nor who may not read the record"
