"""Does the REST side answer as Twilio's does, so that the stock client cannot tell?"""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from wire.emulator_town import APP, BASE, LINE, Town

from emulator import FaultPlan
from emulator.rest import RestRequest, handle


@pytest.fixture
def town():
    return Town()


def refused(action):
    with pytest.raises(TwilioRestException) as error:
        action()
    return error.value.status, error.value.code


def client_with(town, user, password):
    return Client(
        user, password, town.emulator.account_sid, http_client=town.emulator.http_client()
    )


def test_an_api_key_opens_the_door_and_a_wrong_secret_does_not(town):
    """Twilio: Requests to Twilio, basic auth; error 20003."""
    emulator = town.emulator
    ((sid, key),) = emulator.keys.items()
    assert client_with(town, sid, key.secret).calls.list() == []
    assert refused(client_with(town, sid, "wrong").calls("CA1").fetch) == (401, 20003)
    made = town.client.new_keys.create(friendly_name="second")
    assert client_with(town, made.sid, made.secret).calls.list() == []
    town.client.keys(made.sid).delete()
    assert refused(client_with(town, made.sid, made.secret).calls("CA1").fetch) == (401, 20003)


def test_the_error_body(town):
    """Twilio: Twilio API errors."""
    answer = handle(
        town.emulator,
        RestRequest(
            "GET",
            f"/2010-04-01/Accounts/{town.emulator.account_sid}/Calls/CA1.json",
            auth=(town.emulator.account_sid, town.emulator.auth_token),
        ),
    )
    assert answer.status == 404
    assert answer.json == {
        "code": 20404,
        "message": f"The requested resource /2010-04-01/Accounts/{town.emulator.account_sid}"
        "/Calls/CA1.json was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "314555", "from_": LINE}, 21211),
        ({"to": "911", "from_": LINE}, 21202),
        ({"to": "+1911", "from_": LINE}, 21202),
        ({"to": "+13145550160", "from_": "+13145550142"}, 21210),
        ({"to": "+13145550160", "from_": "nobody"}, 21212),
        ({"to": "+13145550160", "from_": LINE, "url": "ftp://x"}, 21205),
        ({"to": "+13145550160", "from_": LINE, "url": None}, 21205),
        ({"to": "+13145550160", "from_": LINE, "url": None, "application_sid": "AP1"}, 21218),
        ({"to": "+13145550160", "from_": LINE, "url": None, "twiml": "x" * 4001}, 32018),
        ({"to": "+13145550160", "from_": LINE, "record": True}, 20403),
        ({"to": "+13145550160", "from_": LINE, "send_digits": "1 2"}, 20001),
        ({"to": f"sip:x@y.example.org?X-Why={'a' * 1024}", "from_": LINE}, 21227),
    ],
)
def test_calls_that_may_not_be_made(town, fields, code):
    """Twilio: Error and Warning Dictionary."""
    given = {"url": f"{BASE}/x", **fields}
    given = {name: value for name, value in given.items() if value is not None}
    assert refused(lambda: town.client.calls.create(**given))[1] == code
    assert not town.emulator.legs


def test_a_call_that_is_not_in_progress_cannot_be_redirected(town):
    """Twilio: error 21220."""
    town.on("/voice", "<Pause length='60'/>")
    leg = town.caller.dials(LINE)
    update = town.client.calls(leg.sid).update
    assert refused(lambda: update(twiml="<Response/>")) == (400, 21220)


def test_lists_come_in_pages_newest_first(town):
    """Twilio: Twilio's response, paging."""
    for _ in range(7):
        town.calls("<Hangup/>", 1)
    sids = [call.sid for call in town.client.calls.list(page_size=3)]
    assert sids == list(reversed(town.emulator.legs))
    page = town.client.calls.page(page_size=3)
    assert len(list(page)) == 3
    assert len(list(page.next_page())) == 3
    assert len(list(page.next_page().next_page())) == 1
    assert len(town.client.calls.list(limit=5)) == 5


def test_calls_are_filtered(town):
    """Twilio: Call resource, list filters."""
    town.calls("<Hangup/>", 5)
    other = town.emulator.phone("+13145550151").dials(LINE)
    town.on("/voice", "<Say>x</Say><Pause length='60'/>")
    town.after(3600)
    live = town.caller.dials(LINE)
    town.after(1)
    calls = town.client.calls
    assert [one.sid for one in calls.list(status="in-progress")] == [live.sid]
    assert [one.sid for one in calls.list(from_="+13145550151")] == [other.sid]
    assert len(calls.list(to=LINE)) == 3
    began = town.emulator.created_at
    assert len(calls.list(start_time_after=began)) == 3
    assert [one.sid for one in calls.list(start_time_after=live.started_at)] == [live.sid]
    assert len(calls.list(start_time_before=other.started_at)) == 2


def test_rooms_their_people_and_numbers_are_filtered(town):
    """Twilio: Conference, Participant, IncomingPhoneNumber and Application resources, filters."""
    town.on("/room", "<Dial><Conference waitUrl=''>first</Conference></Dial>")
    town.on("/voice", "<Redirect>/room</Redirect>")
    first = town.caller.dials(LINE)
    other = town.emulator.phone("+13145550151").dials(LINE)
    town.after(3600)
    town.on("/room", "<Dial><Conference waitUrl=''>second</Conference></Dial>")
    town.emulator.phone("+13145550152").dials(LINE)
    town.after(1)
    rooms = town.client.conferences
    names = lambda **wanted: [one.friendly_name for one in rooms.list(**wanted)]  # noqa: E731
    assert names() == ["second", "first"]
    assert names(friendly_name="first") == ["first"]
    assert names(status="init") == ["second"]
    today = town.emulator.created_at.date()
    assert names(date_created=today) == ["second", "first"]
    assert names(date_created_before=today - timedelta(days=1)) == []
    people = rooms(rooms.list(friendly_name="first")[0].sid).participants
    people(first.sid).update(muted=True)
    people(other.sid).update(hold=True)
    assert [one.call_sid for one in people.list(muted=True)] == [first.sid]
    assert [one.call_sid for one in people.list(hold=True)] == [other.sid]
    assert people.list(coaching=True) == []
    town.emulator.number("+13145550102", friendly_name="County")
    numbers = town.client.incoming_phone_numbers
    assert [one.phone_number for one in numbers.list(friendly_name="County")] == ["+13145550102"]
    assert [one.phone_number for one in numbers.list(phone_number=LINE)] == [LINE]
    assert town.client.applications.list(friendly_name="nobody's") == []


def test_queues_are_kept(town):
    """Twilio: Queue resource."""
    queue = town.client.queues.create(friendly_name="crisis", max_size=5)
    assert refused(lambda: town.client.queues.create(friendly_name="crisis"))[1] == 22003
    assert town.client.queues(queue.sid).update(max_size=6).max_size == 6
    town.calls("<Enqueue>crisis</Enqueue>")
    assert town.client.queues(queue.sid).fetch().current_size == 1
    assert refused(town.client.queues(queue.sid).delete)[1] == 22002
    town.caller.hangs_up()
    assert town.client.queues(queue.sid).delete()
    assert town.client.queues.list() == []


def test_numbers_and_applications_are_provisioned(town):
    """Twilio: IncomingPhoneNumber and Application resources; error 21405."""
    (number,) = town.client.incoming_phone_numbers.list(phone_number=LINE)
    changed = number.update(voice_url=f"{BASE}/other", voice_fallback_url=f"{BASE}/static")
    assert (changed.voice_url, changed.voice_fallback_url) == (f"{BASE}/other", f"{BASE}/static")
    assert refused(lambda: number.update(voice_url=""))[1] == 21405
    assert refused(lambda: number.update(voice_url="other"))[1] == 21502
    bought = town.client.incoming_phone_numbers.create(phone_number="+13145550111")
    assert bought.delete()
    made = town.client.applications.create(friendly_name="desk", voice_url=f"{BASE}/desk")
    assert town.client.applications(made.sid).update(friendly_name="x").friendly_name == "x"
    assert {one.sid for one in town.client.applications.list()} == {APP, made.sid}
    assert town.client.applications(made.sid).delete()
    assert town.client.api.accounts(town.emulator.account_sid).fetch().type == "Full"


def test_sip_domains_are_provisioned(town):
    """Twilio: SIP Domain resource."""
    domains = town.client.sip.domains
    made = domains.create(domain_name="county.sip.twilio.com", voice_url=f"{BASE}/voice")
    assert domains(made.sid).update(friendly_name="County").friendly_name == "County"
    assert refused(lambda: domains.create(domain_name="county.example.org"))[1] == 21232
    town.on("/voice", "<Hangup/>")
    town.emulator.phone("sip:psap@203.0.113.10").dials("sip:x@county.sip.twilio.com")
    town.after(1)
    assert town.told("/voice")["SipDomainSid"] == made.sid
    assert domains(made.sid).delete()


def test_a_call_may_begin_with_an_application(town):
    """Twilio: Call resource, ApplicationSid."""
    town.on("/desk", "<Say>Hello</Say>")
    town.clinician.answers()
    town.client.calls.create(to=town.clinician.number, from_=LINE, application_sid=APP)
    town.after(5)
    assert town.clinician.hears("hello")


def test_keys_are_sent_as_soon_as_a_call_is_answered(town):
    """Twilio: Call resource, SendDigits: `w` waits half a second."""
    town.on("/hello", "<Say>Hello</Say><Pause length='9'/>")
    town.clinician.answers()
    keys = {"url": f"{BASE}/hello", "send_digits": "ww12#"}
    town.client.calls.create(to=town.clinician.number, from_=LINE, **keys)
    town.after(5)
    assert town.clinician.heard_text() == "ww12#\nHello"
    assert next(one for one in town.clinician.leg.heard if one.text == "ww12#").seconds == 2.5


def test_hanging_up_over_rest(town):
    """Twilio: Call resource, Status=completed."""
    leg = town.calls("<Say>x</Say><Pause length='60'/>")
    assert town.client.calls(leg.sid).update(status="completed").status == "completed"
    assert not town.emulator.live


def test_a_deleted_call_is_forgotten_but_a_live_one_stays(town):
    """Twilio: Call resource, delete."""
    leg = town.calls("<Say>x</Say><Pause length='60'/>")
    assert refused(town.client.calls(leg.sid).delete) == (409, 20009)
    town.caller.hangs_up()
    assert town.client.calls(leg.sid).delete()
    assert refused(town.client.calls(leg.sid).fetch) == (404, 20404)


def test_a_message_reaches_a_softphone_and_nobody_else(town):
    """Twilio: UserDefinedMessage resource."""
    town.on("/desk", "<Say>Hello</Say><Pause length='60'/>")
    softphone = town.emulator.softphone("ana")
    leg = softphone.connects(APP)
    messages = town.client.calls(leg.sid).user_defined_messages
    assert refused(lambda: messages.create(content='{"early": 1}')) == (400, 21220)
    town.after(1)
    made = messages.create(content='{"taken": "by Ben"}')
    assert (made.sid[:2], made.call_sid) == ("KX", leg.sid)
    assert softphone.messages == [{"taken": "by Ben"}]
    assert refused(lambda: messages.create(content="no JSON"))[1] == 20001
    assert refused(lambda: messages.create(content='"' + "x" * 10_000 + '"'))[1] == 20001
    caller = town.calls()
    other = town.client.calls(caller.sid).user_defined_messages
    assert refused(lambda: other.create(content="{}")) == (400, 21220)


def test_too_many_requests_server_errors_and_lost_answers(town):
    """Twilio: errors 20429, 20500, 20503; FAILURES.md section 6."""
    create = {"to": "+13145550160", "from_": LINE, "twiml": "<Response/>"}
    town.emulator.faults = FaultPlan(rest_429=1.0)
    assert refused(lambda: town.client.calls.create(**create)) == (429, 20429)
    town.emulator.faults = FaultPlan(rest_5xx=1.0)
    assert refused(lambda: town.client.calls.create(**create))[0] in (500, 503)
    assert not town.emulator.legs
    town.emulator.faults = FaultPlan(rest_lost_response=1.0)
    with pytest.raises(ConnectionError):
        town.client.calls.create(**create)
    assert len(town.client.calls.list(to="+13145550160")) == 1  # it was created all the same


def test_a_wrong_method_is_said_to_be_one(town):
    """Twilio: error 20004."""
    account = town.emulator.account_sid
    auth = (account, town.emulator.auth_token)
    request = RestRequest("DELETE", f"/2010-04-01/Accounts/{account}/Calls.json", auth=auth)
    answer = handle(town.emulator, request)
    assert (answer.status, answer.json["code"]) == (405, 20004)


def test_a_date_that_is_none_is_refused_whether_or_not_anything_is_listed(town):
    """Twilio: error 20001, Bad Request."""
    of = town.client
    asked = {
        "calls": lambda: of.calls.list(start_time="nonsense"),
        "conferences": lambda: of.conferences.list(date_created="nonsense"),
        "messages": lambda: of.messages.list(date_sent="nonsense"),
    }
    for listing in asked.values():
        with pytest.raises(TwilioException, match=r'HTTP 400 \{"code": 20001'):
            listing()
    assert of.calls.list(start_time="2026-11-26") == []
