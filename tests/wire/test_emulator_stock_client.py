"""Does the stock `twilio` client drive the served emulator over HTTP, unchanged?

Every answer that comes over the wire is held against Twilio's own API description.
"""

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import waiting
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from wire.emulator_town import assert_valid

from emulator import engine
from emulator.configuration import Configuration
from emulator.handsets import Person
from emulator.serve import serve_in_thread

LINE, ANSWERS, NEVER = "+13145550101", "+13145550171", "+13145550172"
STAY = "<Response><Say>Hello</Say><Pause length='60'/></Response>"
QUEUE = "<Response><Enqueue waitUrl=''>crisis</Enqueue></Response>"
PATIENCE_SECONDS = 15


class Checking(TwilioHttpClient):
    """The stock HTTP client; every good answer is validated."""

    def request(self, method, url, *args, **more):
        answer = super().request(method, url, *args, **more)
        if answer.status_code < 400:
            assert_valid(method, url, answer.status_code, answer.text)
        return answer


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def stays(_environ, start):
    start("200 OK", [("Content-Type", "text/xml")])
    return [STAY.encode()]


@pytest.fixture
def application() -> Iterator[str]:
    with make_server("127.0.0.1", 0, stays, handler_class=Silent) as app:
        thread = threading.Thread(target=app.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{app.server_port}/"
        app.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    people = [Person(ANSWERS, habit="answers", ring_seconds=0), Person(NEVER, ring_seconds=300)]
    chosen = Configuration(
        port=0,
        quiet=True,
        sound=False,
        people=people,
        calls_per_second=100,
        numbers=[{"number": LINE}],
    )
    with serve_in_thread(chosen) as served:
        http = Checking(timeout=10)
        made = Client(engine.FAKE_ACCOUNT, engine.FAKE_TOKEN, http_client=http)
        made.api.base_url = served.url
        yield made
        http.session.close()


def becomes(client, sid, status):
    def holds() -> bool:
        return client.calls(sid).fetch().status == status

    waiting.until(holds, seconds=PATIENCE_SECONDS, what=f"a call that is {status}")


def refused(action):
    with pytest.raises(TwilioRestException) as error:
        action()
    return error.value.status, error.value.code


def test_calls_are_created_updated_canceled_and_listed(client, application):
    """Twilio: Call resource; errors 21220, 20404 and 21211."""
    talking = client.calls.create(to=ANSWERS, from_=LINE, url=application)
    ringing = client.calls.create(to=NEVER, from_=LINE, url=application)
    assert talking.status == "queued"
    becomes(client, talking.sid, "in-progress")
    becomes(client, ringing.sid, "ringing")
    assert refused(lambda: client.calls(ringing.sid).update(twiml=STAY)) == (400, 21220)
    assert client.calls(ringing.sid).update(status="canceled").status == "canceled"
    assert client.calls(talking.sid).update(url=application, method="GET").sid == talking.sid
    assert client.calls(talking.sid).update(status="completed").status == "completed"
    assert refused(lambda: client.calls(talking.sid).update(status="completed")) == (400, 21220)
    assert [one.sid for one in client.calls.list(page_size=1)] == [ringing.sid, talking.sid]
    assert [one.sid for one in client.calls.list(status="canceled")] == [ringing.sid]
    assert client.calls(ringing.sid).delete()
    assert refused(client.calls(ringing.sid).fetch) == (404, 20404)
    assert refused(lambda: client.calls.create(to="1", from_=LINE, twiml=STAY)) == (400, 21211)


def test_a_members_place_is_claimed_once(client, application):
    """Twilio: Queue and Member resources: the second request for a member is a 400."""
    sid = client.calls.create(to=ANSWERS, from_=LINE, twiml=QUEUE).sid
    becomes(client, sid, "in-progress")
    queue = client.queues(client.queues.list()[0].sid)
    (member,) = queue.members.list()
    assert (member.call_sid, member.position) == (sid, 1)
    assert queue.members("Front").fetch().call_sid == sid
    assert queue.members(sid).update(url=application).call_sid == sid
    assert refused(lambda: queue.members(sid).update(url=application))[0] == 400
    assert queue.members.list() == []
    assert client.calls(sid).fetch().status == "in-progress"


def test_participants_come_are_held_muted_and_kicked(client):
    """Twilio: Conference and Participant resources."""
    sid = (
        client.conferences("room")
        .participants.create(to=ANSWERS, from_=LINE, label="crew", end_conference_on_exit=False)
        .call_sid
    )
    becomes(client, sid, "in-progress")
    (room,) = client.conferences.list(friendly_name="room")
    crew = client.conferences(room.sid).participants("crew")
    assert (crew.fetch().call_sid, crew.fetch().status) == (sid, "connected")
    assert crew.update(hold=True, hold_url="http://127.0.0.1:9/").hold is True
    assert crew.update(muted=True).muted is True
    assert [one.label for one in client.conferences(room.sid).participants.list()] == ["crew"]
    assert crew.delete()
    becomes(client, sid, "completed")
    assert client.conferences(room.sid).fetch().status == "completed"
    assert refused(lambda: client.conferences(room.sid).update(status="completed")) == (404, 20404)


def test_the_account_is_provisioned(client, application):
    """Twilio: IncomingPhoneNumber, Application, Key and SIP Domain resources; error 20003."""
    (number,) = client.incoming_phone_numbers.list()
    assert (
        number.update(voice_url=application, status_callback=application).voice_url == application
    )
    made = client.applications.create(friendly_name="desk", voice_url=application)
    assert made.sid in [one.sid for one in client.applications.list()]
    domain = client.sip.domains.create(domain_name="county.sip.twilio.com", voice_url=application)
    assert [one.sid for one in client.sip.domains.list()] == [domain.sid]
    key = client.new_keys.create(friendly_name="second")
    other = Client(key.sid, key.secret, engine.FAKE_ACCOUNT, http_client=client.http_client)
    other.api.base_url = client.api.base_url
    assert other.calls.list() == []
    assert client.keys(key.sid).delete()
    assert refused(other.calls("CA1").fetch) == (401, 20003)
    assert client.api.accounts(engine.FAKE_ACCOUNT).fetch().status == "active"
