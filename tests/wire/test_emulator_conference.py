"""Does a room start, end, tell and sound as Twilio's conferences do?"""

import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import BASE, LINE, Town

ALL = "start end join leave mute hold modify announcement"
ROOM = f"statusCallback='/room' statusCallbackEvent='{ALL}'"


def dial(attributes="", name="room", dial_attributes="", after=""):
    return (
        f"<Dial {dial_attributes}><Conference {attributes}>{name}</Conference></Dial>"
        f"{after}<Pause length='600'/>"
    )


class Room(Town):
    """A town with people who each dial in by their own document."""

    def __init__(self, **options):
        super().__init__(**options)
        self.on("/room", "<Response/>")
        self.people = {}

    def enters(self, who, attributes="", **more):
        number = f"+1314555016{len(self.people)}"
        line = f"+1314555010{len(self.people) + 2}"
        self.emulator.number(line, voice_url=f"{BASE}/{who}")
        self.on(f"/{who}", dial(f"participantLabel='{who}' {attributes}", **more))
        self.people[who] = self.emulator.phone(number)
        leg = self.people[who].dials(line)
        self.after(0.5)
        return leg

    @property
    def conference(self):
        return self.client.conferences.list(limit=1)[0]

    def one(self, who):
        return self.client.conferences(self.conference.sid).participants(who)

    def events(self):
        return [one.form for one in self.asked("/room")]

    def kinds(self):
        return [event["StatusCallbackEvent"] for event in self.events()]

    def audible(self, leg):
        return {other.participant.label for other in self.emulator.listeners(leg)}


@pytest.fixture
def room():
    return Room()


def test_two_with_a_starter_start_a_room(room):
    """Twilio: <Conference>, start."""
    caller = room.enters("caller", f"waitUrl='' {ROOM}")
    assert (caller.sound.kind, room.conference.status) == ("silence", "init")
    clinician = room.enters("clinician")
    assert (caller.sound.kind, clinician.sound.kind) == ("conference", "conference")
    assert room.conference.status == "in-progress"
    assert room.kinds() == ["participant-join", "participant-join", "conference-start"]
    assert [event["SequenceNumber"] for event in room.events()] == ["1", "2", "3"]


def test_nobody_starts_it_without_a_starter(room):
    """Twilio: <Conference>, startConferenceOnEnter=false."""
    one = room.enters("caller", "startConferenceOnEnter='false'")
    room.enters("crew", "startConferenceOnEnter='false'")
    assert (one.sound.kind, room.conference.status) == ("play", "init")
    room.enters("clinician")
    assert (one.sound.kind, room.conference.status) == ("conference", "in-progress")


def test_a_lone_participant_of_a_started_room_hears_nothing(room):
    """TWILIO.md section 2 (recalled)."""
    caller = room.enters("caller")
    room.enters("clinician")
    room.people["clinician"].hangs_up()
    room.after(1)
    assert caller.sound.kind == "silence"
    assert caller.live


def test_the_end_for_all_is_not_the_end_of_their_calls(room):
    """Twilio: <Conference>, endConferenceOnExit: each leg's TwiML continues."""
    caller = room.enters("caller", ROOM, after="<Say>We were cut off</Say>")
    room.enters("clinician", "endConferenceOnExit='true'")
    room.people["clinician"].hangs_up()
    room.after(1)
    assert caller.live
    assert room.people["caller"].hears("we were cut off")
    end = room.events()[-1]
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["ParticipantLabelEndingConference"] == "clinician"
    assert "CallSid" not in end
    left = [e for e in room.events() if e["StatusCallbackEvent"] == "participant-leave"]
    assert [(e["ParticipantLabel"], e["ReasonParticipantLeft"]) for e in left] == [
        ("clinician", "participant_hung_up"),
        ("caller", "moderator_ended_conference"),
    ]


def test_the_dial_action_of_a_room_says_answered_and_no_child(room):
    """Twilio: <Dial>, action; conferences have no DialCallSid."""
    room.on("/after", "<Hangup/>")
    room.enters("caller", dial_attributes="action='/after'")
    room.enters("clinician", "endConferenceOnExit='true'")
    room.people["clinician"].hangs_up()
    room.after(1)
    told = room.told("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("answered", "true")
    assert "DialCallSid" not in told


def test_the_action_is_asked_for_when_the_caller_hangs_up_too(room):
    """TWILIO.md section 2: the action fires with CallStatus=completed."""
    room.on("/after", "<Hangup/>")
    room.enters("caller", dial_attributes="action='/after'")
    room.people["caller"].hangs_up()
    room.after(1)
    assert room.told("/after")["CallStatus"] == "completed"


def test_only_the_first_participants_callback_counts(room):
    """Twilio: <Conference>, statusCallback."""
    room.on("/other", "<Response/>")
    room.enters("caller", ROOM)
    room.enters("clinician", ROOM.replace("/room", "/other"))
    assert room.asked("/room")
    assert not room.asked("/other")


def test_a_label_is_unique_and_the_second_falls_to_the_next_verb(room):
    """Twilio: error 16025."""
    room.enters("caller")
    room.enters("other", "participantLabel='x'".replace("x", "caller")[:0])
    room.on("/third", dial("participantLabel='caller'", after="<Say>refused</Say>"))
    room.emulator.number("+13145550109", voice_url=f"{BASE}/third")
    phone = room.emulator.phone("+13145550169")
    phone.dials("+13145550109")
    room.after(2)
    assert phone.hears("refused")
    assert room.codes == [16025]


def test_a_full_room_refuses(room):
    """Twilio: <Conference>, maxParticipants."""
    room.enters("caller", "maxParticipants='1'")
    room.enters("clinician", after="<Say>refused</Say>")
    room.after(1)
    assert room.people["clinician"].hears("refused")


def test_who_hears_whom(room):
    """Twilio: Participant resource, Muted and Hold; <Conference>, coach."""
    caller, clinician = room.enters("caller", ROOM), room.enters("clinician")
    supervisor = room.enters("supervisor", f"coach='{clinician.sid}'")
    assert room.audible(caller) == {"clinician", "supervisor"}
    assert room.audible(supervisor) == {"clinician"}
    room.one("clinician").update(muted=True)
    assert room.audible(clinician) == set()
    room.one("clinician").update(muted=False)
    room.one("caller").update(hold=True)
    assert room.audible(caller) == set()
    assert room.audible(clinician) == {"supervisor"}
    assert caller.sound.kind == "play"
    room.one("caller").update(hold=False)
    room.one("supervisor").update(coaching=False)
    assert room.audible(supervisor) == {"caller", "clinician"}
    assert caller.sound.kind == "conference"
    room.after(1)
    changes = [kind for kind in room.kinds() if kind.split("-")[1] not in ("join", "start")]
    assert changes == [
        "participant-mute",
        "participant-unmute",
        "participant-hold",
        "participant-unhold",
        "participant-modify",
    ]


def test_hold_plays_its_own_document(room):
    """Twilio: Participant resource, HoldUrl."""
    room.on("/hold", "<Say>One moment</Say><Redirect>/hold</Redirect>")
    room.enters("caller")
    room.enters("clinician")
    room.one("caller").update(hold=True, hold_url=f"{BASE}/hold")
    room.after(2)
    assert room.people["caller"].hears("one moment")
    assert len(room.asked("/hold")) > 1


def test_an_announcement_is_heard_by_one_or_by_all(room):
    """Twilio: Participant resource, AnnounceUrl; Conference resource, AnnounceUrl."""
    room.on("/one", "<Say>Only for you</Say>")
    room.on("/all", "<Say>For everyone</Say>")
    caller = room.enters("caller", ROOM)
    room.enters("clinician")
    room.one("caller").update(announce_url=f"{BASE}/one")
    room.after(3)
    assert room.people["caller"].hears("only for you")
    assert not room.people["clinician"].hears("only for you")
    assert caller.sound.kind == "conference"
    room.client.conferences(room.conference.sid).update(announce_url=f"{BASE}/all")
    room.after(3)
    assert room.people["clinician"].hears("for everyone")
    assert room.kinds().count("announcement-end") == 3


def test_coaching_somebody_who_is_not_there_fails(room):
    """Twilio: error 13240."""
    room.on("/after", "<Say>refused</Say>")
    room.enters("caller")
    room.enters("supervisor", f"coach='CA{'0' * 32}'", dial_attributes="action='/after'")
    room.after(1)
    assert room.codes == [13240]
    assert room.told("/after")["DialCallStatus"] == "failed"


def test_the_wait_document_is_heard_until_the_room_starts(room):
    """Twilio: <Conference>, waitUrl; silence when it runs out unless it redirects."""
    room.on("/music", "<Say>Please hold</Say>")
    caller = room.enters("caller", "waitUrl='/music'")
    room.after(5)
    assert caller.sound.kind == "silence"
    assert len(room.asked("/music")) == 1
    assert room.people["caller"].hears("please hold")


def test_a_wait_document_may_be_changed_until_the_room_starts(room):
    """Twilio: Participant resource, update: WaitUrl."""
    room.on("/first", "<Say>The first</Say><Pause length='60'/>")
    room.on("/second", "<Say>The second</Say><Pause length='60'/>")
    leg = room.enters("caller", "waitUrl='/first'")
    room.after(2)
    room.one("caller").update(wait_url=f"{BASE}/second")
    room.after(2)
    assert room.people["caller"].heard_text() == "The first\nThe second"
    room.one("caller").update(wait_url="")
    room.after(2)
    assert leg.sound.kind == "silence"


def test_who_speaks_is_told_to_whoever_asked_for_it(room):
    """Twilio: <Conference>, statusCallbackEvent="speaker"."""
    room.enters("caller", f"waitUrl='' {ROOM.replace('mute', 'mute speaker')}")
    room.people["caller"].says("Is anybody there?")  # nobody is: the room has not started
    room.enters("clinician")
    room.after(1)
    before = len(room.kinds())
    room.people["caller"].says("I cannot sleep any more")
    room.after(1)
    assert room.kinds()[before:] == ["participant-speech-start"]
    room.after(1)
    assert room.kinds()[before:] == ["participant-speech-start", "participant-speech-stop"]
    assert room.events()[-1]["ParticipantLabel"] == "caller"
    room.one("caller").update(muted=True)
    room.people["caller"].says("Nobody hears this")
    room.after(3)
    assert room.kinds()[before + 2 :] == ["participant-mute"]


def test_gather_is_not_allowed_in_a_wait_document(room):
    """Twilio: error 13238; a room whose wait document fails is not entered."""
    room.on("/music", "<Gather/>")
    caller = room.enters("caller", "waitUrl='/music'", after="<Say>went on</Say>")
    room.after(1)
    assert room.codes == [13238]
    assert caller.live
    assert room.people["caller"].hears("went on")


def test_the_time_limit_ends_the_stay(room):
    """Twilio: <Dial>, timeLimit: four hours unless said otherwise."""
    room.enters("caller", dial_attributes="timeLimit='30'", after="<Say>time is up</Say>")
    room.enters("clinician")
    room.after(29)
    assert not room.people["caller"].hears("time is up")
    room.after(2)
    assert room.people["caller"].hears("time is up")


def test_a_participant_is_rung_into_a_room_by_its_friendly_name(room):
    """Twilio: Participant resource, create; the room need not exist."""
    crew = room.emulator.phone("+13145550177")
    crew.answers(after=3)
    made = room.client.conferences("room-17").participants.create(
        to=crew.number,
        from_=LINE,
        label="crew",
        conference_status_callback=f"{BASE}/room",
        conference_status_callback_event=ALL.split(),
    )
    assert made.status == "queued"
    assert made.conference_sid == room.conference.sid
    room.after(2)
    assert room.one("crew").fetch().status == "ringing"
    room.after(5)
    assert room.one("crew").fetch().status == "connected"
    assert room.kinds() == ["participant-join"]
    room.client.conferences(room.conference.sid).update(status="completed")
    room.after(1)
    assert crew.leg.status == "completed"
    assert room.events()[-1]["ReasonConferenceEnded"] == "conference-ended-via-api"


def test_a_participant_who_is_rung_may_be_told_from_a_machine(room):
    """Twilio: Participant resource, create: MachineDetection and AmdStatusCallback."""
    room.on("/amd", "<Response/>")
    crew = room.emulator.phone("+13145550177")
    crew.voicemail(after=2)
    room.client.conferences("room-17").participants.create(
        to=crew.number,
        from_=LINE,
        machine_detection="Enable",
        amd_status_callback=f"{BASE}/amd",
    )
    room.after(20)
    assert room.told("/amd")["AnsweredBy"] == "machine_start"
    assert crew.leg.participant is not None  # it is in the room all the same


def test_a_room_may_be_recorded_from_its_first_participant_on():
    """Twilio: Participant resource, create: ConferenceRecord; refused unless allowed."""
    for allowed in (False, True):
        room = Room(allow_recording=allowed)
        crew = room.emulator.phone("+13145550177")
        crew.answers()

        def create(room=room, number=crew.number):
            room.client.conferences("room").participants.create(
                to=number,
                from_=LINE,
                conference_record="record-from-start",
                conference_recording_status_callback=f"{BASE}/room",
            )

        if not allowed:
            with pytest.raises(TwilioRestException) as refused:
                create()
            assert refused.value.code == 20403
            continue
        create()
        room.after(3)
        room.enters("caller")
        room.after(10)
        crew.hangs_up()
        room.people["caller"].hangs_up()
        room.after(1)
        assert room.told("/room")["RecordingSource"] == "Conference"


def test_somebody_who_does_not_answer_never_was_in_the_room(room):
    """Twilio: Participant resource, status failed."""
    crew = room.emulator.phone("+13145550177")
    crew.is_busy()
    made = room.client.conferences("room-17").participants.create(to=crew.number, from_=LINE)
    room.after(5)
    assert room.client.conferences(made.conference_sid).fetch().status == "completed"
    assert room.client.calls(made.call_sid).fetch().status == "busy"


def test_a_label_of_somebody_still_ringing_is_taken(room):
    """Twilio: error 16025."""
    create = room.client.conferences("room-17").participants.create
    create(to="+13145550177", from_=LINE, label="crew")
    with pytest.raises(TwilioRestException) as refused:
        create(to="+13145550178", from_=LINE, label="crew")
    assert refused.value.code == 16025


def test_a_kicked_participant_goes_on_with_its_own_document(room):
    """Twilio: Participant resource, delete."""
    caller = room.enters("caller", ROOM, after="<Say>went on</Say>")
    room.enters("clinician")
    assert room.one("caller").delete()
    room.after(1)
    assert caller.live
    assert room.people["caller"].hears("went on")


def test_led_elsewhere_over_rest_it_leaves_the_room(room):
    """Twilio: Call resource, update; participant_updated_via_api."""
    caller = room.enters("caller", ROOM)
    room.enters("clinician")
    room.client.calls(caller.sid).update(twiml="<Response><Pause length='60'/></Response>")
    room.after(1)
    leave = room.events()[-1]
    assert leave["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert leave["ParticipantCallStatus"] == "in-progress"


def test_a_name_is_free_again_after_the_end(room):
    """Twilio: <Conference>, name."""
    room.enters("caller")
    first = room.conference.sid
    room.people["caller"].hangs_up()
    room.after(1)
    room.enters("clinician")
    assert room.conference.sid != first
    assert len(room.client.conferences.list(friendly_name="room")) == 2
    assert len(room.client.conferences.list(status="completed")) == 1


def test_a_new_room_may_not_be_listed_yet():
    """TWILIO.md section 3: conference lists are eventually consistent since August 2023."""
    from emulator import FaultPlan

    room = Room(faults=FaultPlan(conference_lag=1.0, conference_lag_seconds=3))
    room.enters("caller")
    assert room.client.conferences.list() == []
    room.after(3)
    assert len(room.client.conferences.list()) == 1


@pytest.mark.parametrize(
    ("beep", "kinds"),
    [
        ("true", ["beep", "conference", "beep", "conference"]),
        ("onEnter", ["beep", "conference"]),
        ("onExit", ["conference", "beep", "conference"]),
        ("false", ["conference"]),
    ],
)
def test_a_beep_says_that_somebody_came_or_left(room, beep, kinds):
    """Twilio: <Conference>, beep."""
    first = room.enters("caller")
    room.enters("clinician", "beep='false'")
    room.after(5)
    before = len(first.heard) - 1
    room.enters("crew", f"beep='{beep}'")
    room.after(5)
    room.people["crew"].hangs_up()
    room.after(5)
    heard = [one for one in first.heard[before:] if one.seconds != 0]
    assert [one.kind for one in heard[kinds[0] == "beep" :]] == kinds
    assert all(one.seconds == pytest.approx(0.4) for one in heard if one.kind == "beep")


def test_a_room_that_is_recorded_tells_when_that_is_ready():
    """Twilio: <Conference>, record and recordingStatusCallback; refused unless allowed."""
    room = Room(allow_recording=True)
    room.on("/told", "<Response/>")
    room.enters(
        "caller",
        "record='record-from-start' recordingStatusCallback='/told' "
        "recordingStatusCallbackEvent='in-progress completed'",
    )
    room.enters("clinician")
    room.after(30)
    for person in room.people.values():
        person.hangs_up()
    room.after(1)
    began, told = [one.form for one in room.asked("/told")]
    assert (began["RecordingStatus"], told["RecordingStatus"]) == ("in-progress", "completed")
    assert (told["RecordingSource"], told["RecordingDuration"]) == ("Conference", "30")
    assert told["ConferenceSid"].startswith("CF")
    assert "CallSid" not in told
