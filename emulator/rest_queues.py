"""How are queues and those who wait in them seen over REST?

Twilio's pages "Queue resource" and "Member resource". A member is claimed once: the second
request for the same call is a 400.
"""

from emulator import queues
from emulator.errors import RestFailure
from emulator.queues import Member, Queue
from emulator.rest import Ask, Json, RestResponse, not_found, route
from emulator.rest_calls import absolute
from emulator.rest_pages import date, found, page
from emulator.twiml import Goto

SIZE_MAX = 5000


def show(ask: Ask, queue: Queue) -> Json:
    return {
        "sid": queue.sid,
        "friendly_name": queue.friendly_name,
        "account_sid": ask.town.account_sid,
        "current_size": len(queue.members),
        "average_wait_time": queue.average_wait_seconds,
        "max_size": queue.size_max,
        "date_created": date(queue.created_at),
        "date_updated": date(queue.updated_at),
        "uri": f"{ask.base}/Queues/{queue.sid}.json",
    }


def show_member(ask: Ask, member: Member) -> Json:
    return {
        "call_sid": member.leg.sid,
        "date_enqueued": date(member.enqueued_at),
        "position": member.queue.position(member),
        "wait_time": member.wait_seconds,
        "queue_sid": member.queue.sid,
        "uri": f"{ask.base}/Queues/{member.queue.sid}/Members/{member.leg.sid}.json",
    }


def find(ask: Ask) -> Queue:
    return found(ask, ask.town.queues)


def _size(ask: Ask) -> int:
    size = ask.whole("MaxSize", queues.DEFAULT_SIZE_MAX)
    if not 1 <= size <= SIZE_MAX:
        raise RestFailure(400, 20001, f"MaxSize must be between 1 and {SIZE_MAX}")
    return size


@route("GET", "/Queues")
def list_queues(ask: Ask) -> RestResponse:
    every = list(ask.town.queues.values())
    return page(ask, "queues", "/Queues", every, lambda queue: show(ask, queue))


@route("POST", "/Queues")
def create_queue(ask: Ask) -> RestResponse:
    name = ask.needs("FriendlyName", 20001)
    if queues.named(ask.town, name) is not None:
        raise RestFailure(400, 22003, f"A queue named {name} already exists")
    return RestResponse(201, show(ask, queues.create(ask.town, name, _size(ask))))


@route("GET", "/Queues/{}")
def fetch_queue(ask: Ask) -> RestResponse:
    return RestResponse(200, show(ask, find(ask)))


@route("POST", "/Queues/{}")
def update_queue(ask: Ask) -> RestResponse:
    queue = find(ask)
    queue.friendly_name = ask.form.get("FriendlyName", queue.friendly_name)
    if "MaxSize" in ask.form:
        queue.size_max = _size(ask)
    queue.updated_at = ask.town.clock.now()
    return RestResponse(200, show(ask, queue))


@route("DELETE", "/Queues/{}")
def delete_queue(ask: Ask) -> RestResponse:
    queue = find(ask)
    if queue.members:
        raise RestFailure(400, 22002, "Queue is not empty")
    del ask.town.queues[queue.sid]
    return RestResponse(204)


@route("GET", "/Queues/{}/Members")
def list_members(ask: Ask) -> RestResponse:
    queue = find(ask)
    path = f"/Queues/{queue.sid}/Members"
    return page(ask, "queue_members", path, queue.members, lambda one: show_member(ask, one))


def _member(ask: Ask) -> Member:
    """Whom the request means: `Front`, or the call of this SID while it waits."""
    queue, wanted = find(ask), ask.ids[1]
    members = [one for one in queue.members if wanted in ("Front", one.leg.sid)]
    if members:
        return members[0]
    if wanted != "Front" and wanted in ask.town.legs and ask.request.method == "POST":
        raise RestFailure(400, 20001, f"Call {wanted} is no longer in the queue")
    raise not_found(ask.request.path)


@route("GET", "/Queues/{}/Members/{}")
def fetch_member(ask: Ask) -> RestResponse:
    return RestResponse(200, show_member(ask, _member(ask)))


@route("POST", "/Queues/{}/Members/{}")
def dequeue_member(ask: Ask) -> RestResponse:
    """Take a member out and let it perform the document at Url."""
    member = _member(ask)
    url = absolute(ask.needs("Url", 21205))
    shown = show_member(ask, member)
    member.leg.redirect(Goto(url, ask.method("Method")))
    return RestResponse(200, shown)
