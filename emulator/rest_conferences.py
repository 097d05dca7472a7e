"""How are rooms and those in them seen, changed and filled over REST?

Twilio's pages "Conference resource" and "Participant resource": a participant's path segment may
be the call's SID or its label, a new participant's room may be named by its friendly name.
"""

import re

from emulator import recordings
from emulator.conferences import PARTICIPANTS_MAX, Conference, living, open_room
from emulator.errors import RestFailure
from emulator.legs import Subscription
from emulator.participants import Participant
from emulator.placing import place_participant
from emulator.rest import Ask, Json, RestResponse, not_found, route
from emulator.rest_calls import absolute, detection_of, outbound, ring_seconds, subscriptions
from emulator.rest_pages import check_dates, date, equal, found, page, within
from emulator.twiml import Goto

LABEL_CHARACTERS_MAX = 128


def show(ask: Ask, room: Conference) -> Json:
    uri = f"{ask.base}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": ask.town.account_sid,
        "friendly_name": room.friendly_name,
        "status": room.status,
        "region": "us1",
        "api_version": "2010-04-01",
        "date_created": date(room.created_at),
        "date_updated": date(room.updated_at),
        "reason_conference_ended": room.reason_ended,
        "call_sid_ending_conference": room.call_sid_ending,
        "uri": f"{uri}.json",
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
    }


def show_participant(ask: Ask, one: Participant) -> Json:
    room = one.conference
    return {
        "account_sid": ask.town.account_sid,
        "call_sid": one.leg.sid,
        "label": one.label,
        "call_sid_to_coach": one.coach or None,
        "coaching": bool(one.coach),
        "conference_sid": room.sid,
        "date_created": date(one.created_at),
        "date_updated": date(one.updated_at),
        "end_conference_on_exit": one.end_on_exit,
        "muted": one.muted,
        "hold": one.hold,
        "start_conference_on_enter": one.start_on_enter,
        "status": one.status,
        "queue_time": "0",
        "uri": f"{ask.base}/Conferences/{room.sid}/Participants/{one.leg.sid}.json",
    }


def find(ask: Ask) -> Conference:
    return found(ask, ask.town.conferences)


def find_participant(ask: Ask) -> Participant:
    wanted = ask.ids[1]
    for one in find(ask).everyone():
        if wanted in (one.leg.sid, one.label):
            return one
    raise not_found(ask.request.path)


@route("GET", "/Conferences")
def list_conferences(ask: Ask) -> RestResponse:
    """Eventually consistent: a new room may not be listed yet (a planned fault decides)."""
    check_dates(ask, "DateCreated", "DateUpdated")
    now = ask.town.clock.now()
    rooms = [
        room
        for room in reversed(ask.town.conferences.values())
        if (room.listed_at is None or room.listed_at <= now)
        and equal(ask, "FriendlyName", room.friendly_name)
        and equal(ask, "Status", room.status)
        and within(ask, "DateCreated", room.created_at)
        and within(ask, "DateUpdated", room.updated_at)
    ]
    return page(ask, "conferences", "/Conferences", rooms, lambda room: show(ask, room))


@route("GET", "/Conferences/{}")
def fetch_conference(ask: Ask) -> RestResponse:
    return RestResponse(200, show(ask, find(ask)))


@route("POST", "/Conferences/{}")
def update_conference(ask: Ask) -> RestResponse:
    """End it, or announce something to everyone in it."""
    room = find(ask)
    if room.status == "completed":
        raise RestFailure(404, 20404, "The conference has ended")
    if ask.form.get("Status") == "completed":
        room.end("conference-ended-via-api", "conference_ended_via_api")
    elif ask.form.get("AnnounceUrl"):
        room.announce(_goto(ask, "Announce"))
    return RestResponse(200, show(ask, room))


def _goto(ask: Ask, name: str) -> Goto:
    url = absolute(ask.form[f"{name}Url"])
    return Goto(url, ask.method(f"{name}Method"), {}, "conference-wait")


@route("GET", "/Conferences/{}/Participants")
def list_participants(ask: Ask) -> RestResponse:
    room = find(ask)
    some = [
        one
        for one in room.everyone()
        if equal(ask, "Muted", str(one.muted).lower())
        and equal(ask, "Hold", str(one.hold).lower())
        and equal(ask, "Coaching", str(bool(one.coach)).lower())
    ]
    path = f"/Conferences/{room.sid}/Participants"
    return page(ask, "participants", path, some, lambda one: show_participant(ask, one))


@route("POST", "/Conferences/{}/Participants")
def create_participant(ask: Ask) -> RestResponse:
    """Ring somebody into a room, which is created when its friendly name is new."""
    label = ask.form.get("Label")
    if label and len(label) > LABEL_CHARACTERS_MAX:
        raise RestFailure(400, 16025, "Label is too long")
    leg = outbound(ask, ask.needs("To", 21201), ask.needs("From", 21213))
    told = subscriptions(ask, "StatusCallback")
    room = _room(ask)
    coach = ask.form.get("CallSidToCoach", "")
    refusal = room.refusal(leg, label, coach)
    if refusal:
        raise RestFailure(400, refusal, f"{room.friendly_name} refused this participant")
    leg.subscriptions = told
    now = ask.town.clock.now()
    participant = Participant(
        room,
        leg,
        now,
        now,
        label=label,
        muted=ask.flag("Muted"),
        coach=coach,
        start_on_enter=ask.flag("StartConferenceOnEnter", default=True),
        end_on_exit=ask.flag("EndConferenceOnExit"),
        wait=_goto(ask, "Wait") if ask.form.get("WaitUrl") else None,
        silent_wait=ask.form.get("WaitUrl") == "",
        beep=ask.form.get("Beep", "true"),
    )
    detection = detection_of(ask, "AmdStatusCallback", asynchronous=True)
    place_participant(ask.town, participant, ring_seconds(ask), detection)
    return RestResponse(201, show_participant(ask, participant))


def _room(ask: Ask) -> Conference:
    wanted = ask.ids[0]
    found = living(ask.town, wanted)
    if found is not None and found.status != "completed":
        return found
    if wanted in ask.town.conferences or re.fullmatch("CF[0-9a-f]{32}", wanted):
        raise not_found(ask.request.path)
    told: list[Subscription] = subscriptions(ask, "ConferenceStatusCallback", "start end")
    size_max = ask.whole("MaxParticipants", PARTICIPANTS_MAX)
    room = open_room(ask.town, wanted, told[0] if told else None, size_max)
    if recordings.wanted(ask.form.get("ConferenceRecord", "")):
        ready = subscriptions(ask, "ConferenceRecordingStatusCallback")
        room.to_record = recordings.Order("Conference", ready[0] if ready else None)
    return room


@route("GET", "/Conferences/{}/Participants/{}")
def fetch_participant(ask: Ask) -> RestResponse:
    return RestResponse(200, show_participant(ask, find_participant(ask)))


@route("POST", "/Conferences/{}/Participants/{}")
def update_participant(ask: Ask) -> RestResponse:
    """Mute, hold, announce to, coach, or change whether its exit ends the room."""
    one = find_participant(ask)
    if not one.present:
        raise RestFailure(400, 21220, "The participant is not connected")
    _coaching(ask, one)
    if "EndConferenceOnExit" in ask.form:
        one.end_on_exit = ask.flag("EndConferenceOnExit")
        one.conference.event("participant-modify", one)
    if "BeepOnExit" in ask.form:
        one.beep = "onExit" if ask.flag("BeepOnExit") else "false"  # it has come in already
    if "Muted" in ask.form and one.muted is not ask.flag("Muted"):
        one.muted = ask.flag("Muted")
        one.conference.event(f"participant-{'mute' if one.muted else 'unmute'}", one)
    _holding(ask, one)
    _waiting(ask, one)
    if ask.form.get("AnnounceUrl"):
        one.listen_to(_goto(ask, "Announce"), "announcement-end")
    one.updated_at = ask.town.clock.now()
    one.conference.refresh()
    return RestResponse(200, show_participant(ask, one))


def _coaching(ask: Ask, one: Participant) -> None:
    if "CallSidToCoach" not in ask.form and "Coaching" not in ask.form:
        return
    coached = ask.form.get("CallSidToCoach", one.coach)
    if not ask.flag("Coaching", default=bool(coached)):
        coached = ""
    elif not any(other.leg.sid == coached for other in one.conference.participants):
        raise RestFailure(400, 13240, "The call to coach is not in this conference")
    one.coach = coached
    one.conference.event("participant-modify", one)


def _holding(ask: Ask, one: Participant) -> None:
    if "Hold" not in ask.form or one.hold is ask.flag("Hold"):
        return
    one.hold = ask.flag("Hold")
    one.hold_goto = _goto(ask, "Hold") if one.hold and ask.form.get("HoldUrl") else None
    one.conference.event(f"participant-{'hold' if one.hold else 'unhold'}", one)
    one.resume()


def _waiting(ask: Ask, one: Participant) -> None:
    """Another wait document, heard at once while the room has not started."""
    if "WaitUrl" not in ask.form:
        return
    one.silent_wait = not ask.form["WaitUrl"]
    one.wait = None if one.silent_wait else _goto(ask, "Wait")
    if one.conference.status == "init":
        one.resume()


@route("DELETE", "/Conferences/{}/Participants/{}")
def remove_participant(ask: Ask) -> RestResponse:
    """Kick: its `<Dial>` ends and its own TwiML goes on; one still ringing is hung up."""
    one = find_participant(ask)
    if one.present:
        one.conference.leave(one, "participant_kicked")
    else:
        one.leg.end("canceled", "removed from the conference")
    return RestResponse(204)
