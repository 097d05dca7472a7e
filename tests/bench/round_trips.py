"""How often does each kind of webhook go to the database? Counted while whole journeys are played."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from bench.webhook import signed
from town import APP_SID, BASE, CREW, DISPATCH, GENERAL, PARTNER, Town

from callbacks import reminder
from emulator import FaultPlan
from emulator.engine import FAKE_TOKEN
from emulator.faults import NO_FAULTS
from ivr.call import How, Stage
from switchboard import presence, promises, supervising

MUTE = FaultPlan(rest_lost_response=1.0)
BACKUP_PHONE = "+13145550121"
CALLER_PHONE = "+13145550150"
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Counts = dict[str, list[list[str]]]  # for each kind of webhook, the statements of each one


def counted(database_url: str) -> Counts:
    """Play the journeys in a fresh database and return what each webhook sent to it."""
    found: Counts = defaultdict(list)
    with Town.opened(database_url, twice=False) as town:  # each told once, to be counted
        town.app.wsgi_app = counting(town, town.app.wsgi_app, found)  # type: ignore[assignment, method-assign]
        town.clinician("Ana").goes_on_duty()
        for journey in JOURNEYS:
            journey(town)
            presence.back(town.board, "ana")
    return dict(found)


def most(counts: Counts) -> dict[str, int]:
    return {kind: max(map(len, each)) for kind, each in sorted(counts.items())}


def counting(town: Town, app: WsgiApp, found: Counts) -> WsgiApp:
    def count(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with town.store.round_trips() as trips:
            answer = app(environ, start)
        if environ["REQUEST_METHOD"] == "POST":
            found[kind_of(environ["PATH_INFO"])].append(trips.statements)
        return answer

    return count


def kind_of(path: str) -> str:
    """`/voice/arrived` is "arrived", `/voice/<call>/wait/3` is "wait"."""
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) == 2 else parts[2]


# -- the journeys -----------------------------------------------------------------------------


def talked_and_called_again(town: Town, faults: FaultPlan = NO_FAULTS) -> None:
    """Transfer, talk, wrap-up, and the promised follow-up is kept; `faults` while it rings."""
    ana = town.people["ana"]
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    caller.presses("2")
    town.waits(seconds=15)
    accepted = ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    town.waits(seconds=20)
    ana.ends(accepted.call_id)
    town.waits(seconds=3)
    _forget_the_others(town, ana.schedules(accepted.call_id))
    ana.wraps_up()
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=60)
    town.phone(CALLER_PHONE).answers(after=6)
    again = ana.accepts()
    town.waits(seconds=0.05)
    town.twilio.faults = faults
    town.until(lambda: town.phone(CALLER_PHONE).is_ringing, seconds=10)
    town.twilio.faults = NO_FAULTS
    town.until(lambda: town.call(again.call_id).stage is Stage.TALKING, seconds=15)
    town.waits(seconds=20)
    town.phone(CALLER_PHONE).hangs_up()
    town.waits(seconds=3)
    ana.wraps_up()


def _forget_the_others(town: Town, followup_id: str) -> None:
    """Who left in an earlier journey is to be rung back, and would be offered first."""
    with town.store.read() as rows:
        others = [one.id for one in rows.followups.list("due") if one.id != followup_id]
    for one in others:
        promises.close(town.board, one, "ana", "decided")


def cut_off_by_the_caller(town: Town) -> None:
    ana = town.people["ana"]
    caller = town.transfers_from_911(shown="+13145550151")
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    caller.hangs_up()
    town.waits(seconds=3)
    ana.wraps_up()


def called_back(town: Town) -> None:
    """Ana lets it ring: the caller asks to be called back."""
    caller = town.transfers_from_911(shown="+13145550152")
    town.waits(seconds=12)
    caller.presses("1")
    town.waits(seconds=3)
    caller.presses("1")
    town.until(lambda: not caller.leg.live, seconds=20)


def numbered(town: Town) -> None:
    """The dispatcher presses the incident number before they go."""
    caller = town.transfers_from_911(shown="+13145550163")
    town.waits(seconds=12)
    caller.presses("*")
    town.waits(seconds=1)
    caller.presses("26104881#")
    town.waits(seconds=10)
    caller.hangs_up()
    town.waits(seconds=3)


def passed_on(town: Town) -> None:
    town.phone(PARTNER).answers(after=3)
    caller = town.transfers_from_911(shown="+13145550153")
    town.waits(seconds=14)
    caller.presses("3")
    town.until(lambda: town.phone(PARTNER).in_call, seconds=20)
    town.waits(seconds=10)
    caller.hangs_up()
    town.waits(seconds=3)


def returned(town: Town) -> None:
    """Back to the dispatcher, who leaves first."""
    dispatcher = town.phone(DISPATCH)
    dispatcher.answers(after=3).then_presses("1", after=3)
    caller = town.transfers_from_911(shown="+13145550156")
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.call.returned_at is not None, seconds=40)
    dispatcher.hangs_up()
    town.waits(seconds=3)
    caller.hangs_up()
    town.waits(seconds=3)


def answered_by_cell_phone(town: Town) -> None:
    town.clinician("Ben", "backup", phone=BACKUP_PHONE)
    town.phone(BACKUP_PHONE).answers(after=4).then_presses("1", after=3)
    caller = town.transfers_from_911(shown="+13145550154")
    town.waits(seconds=1)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=60)
    caller.hangs_up()
    town.waits(seconds=3)


def not_said_by_the_carrier(town: Town) -> None:
    """It rang Ben's phone, and its reply was lost: the webhooks about the ring are the evidence."""
    ben = town.phone(BACKUP_PHONE)
    ben.answers(after=4).then_presses("1", after=3)
    caller = town.transfers_from_911(shown="+13145550161")
    town.twilio.faults = MUTE
    town.until(lambda: ben.is_ringing, seconds=90)
    town.twilio.faults = NO_FAULTS
    town.until(lambda: caller.stage is Stage.TALKING, seconds=60)
    caller.hangs_up()
    town.waits(seconds=3)


def late_by_cell_phone(town: Town) -> None:
    """Ben's phone rings about one caller; another goes first, and Ben's yes is told twice."""
    caller = town.transfers_from_911(line=GENERAL, shown="+13145550156")
    ben = town.phone(BACKUP_PHONE)
    ben.answers(after=4).then_presses("1", after=3)
    town.until(lambda: ben.in_call, seconds=60)
    first = town.transfers_from_911(shown="+13145550157")
    town.waits(seconds=1)
    town.until(lambda: first.stage is Stage.TALKING, seconds=20)
    (offer,) = (o for o in town.offers_of(first.call.id) if o.state == "accepted")
    fields = {"CallSid": first.call.clinician_leg or "", "Digits": "1"}
    told(town, f"/voice/{caller.call.id}/pressed/{offer.id}/90", fields)
    for one in (first, caller):
        one.hangs_up()
        town.waits(seconds=3)


def refused_by_cell_phone(town: Town) -> None:
    town.phone(BACKUP_PHONE).answers(after=4).then_presses("2", after=3)
    caller = town.transfers_from_911(shown="+13145550158")
    town.waits(seconds=60)
    caller.hangs_up()
    town.waits(seconds=3)


def cut_off_by_the_clinician(town: Town) -> None:
    ana = town.people["ana"]
    caller = town.transfers_from_911(shown="+13145550159")
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    ana.softphone.loses_network()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=60)
    caller.hangs_up()
    town.waits(seconds=3)


def supervised(town: Town) -> None:
    """A supervisor listens, and leaves first."""
    town.clinician("Sol", None, roles=("supervisor",))
    ana = town.people["ana"]
    caller = town.transfers_from_911(shown="+13145550162")
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    connect = supervising.begin(town.board, caller.call.id, "sol", How.LISTEN) or {}
    town.twilio.softphone("sol").connects(APP_SID, connect)
    town.waits(seconds=3)
    town.twilio.softphone("sol").hangs_up()
    town.waits(seconds=3)
    caller.hangs_up()
    town.waits(seconds=3)
    ana.wraps_up()


def consulted(town: Town) -> None:
    """The mobile crew is asked about the caller, and leaves first."""
    ana = town.people["ana"]
    crew = town.phone(CREW)
    crew.answers(after=3).then_presses("1", after=3)
    caller = town.transfers_from_911(shown="+13145550163")
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    ana.asks(caller.call.id, "crew:crew", consult=True)
    town.until(lambda: any(guest.here for guest in caller.call.guests), seconds=40)
    crew.hangs_up()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    caller.hangs_up()
    town.waits(seconds=3)
    ana.wraps_up()


def reminded_and_texting(town: Town) -> None:
    """A reminder goes, and its answer is lost; then STOP, START, HELP and words for nobody."""
    town.texts_people()
    ana = town.people["ana"]
    caller = town.transfers_from_911(shown="+13145550164")
    town.waits(seconds=2)
    accepted = ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    ana.ends(accepted.call_id)
    town.waits(seconds=3)
    due = town.now + timedelta(days=1)
    phone = town.phone("+13145550165")
    made = ana.schedules(accepted.call_id, number=phone.number, texts=True, due_at=due)
    due = town.followup(made).due_at
    ana.wraps_up()
    opens, _ = reminder.span(due, "America/Chicago")
    town.passes(days=(opens - town.now) / timedelta(days=1) - 0.001)
    town.twilio.faults = MUTE
    town.until(lambda: bool(phone.inbox), seconds=120)
    town.twilio.faults = NO_FAULTS
    for word in ("Hello?", "Hello?", "HELP", "ALTO", "START"):
        phone.texts(GENERAL, word)
        town.waits(seconds=5)


def not_taken_by_the_partner(town: Town) -> None:
    town.phone(PARTNER).never_answers()
    caller = town.transfers_from_911(shown="+13145550160")
    town.waits(seconds=14)
    caller.presses("3")
    town.waits(seconds=60)
    caller.hangs_up()
    town.waits(seconds=3)


def asked_again(town: Town) -> None:
    """What no journey above meets: the carrier's fallback, and the greeting's plain end."""
    caller = town.transfers_from_911(shown="+13145550155")
    town.waits(seconds=2)
    fields = {"CallSid": caller.leg.sid, "CallStatus": "in-progress", "ErrorCode": "11200"}
    for path in (
        f"/voice/fallback?call={caller.call.id}",
        "/voice/fallback",
        f"/voice/{caller.call.id}/greeted/90",
    ):
        told(town, path, fields)
    caller.hangs_up()
    town.waits(seconds=3)


def told(town: Town, path: str, fields: dict[str, str]) -> None:
    answer = signed(f"{BASE}{path}", fields, FAKE_TOKEN)
    town.app.test_client().post(path, data=answer.body, headers=answer.headers)


JOURNEYS: tuple[Callable[[Town], None], ...] = (
    talked_and_called_again,
    cut_off_by_the_caller,
    called_back,
    numbered,
    passed_on,
    returned,
    answered_by_cell_phone,
    not_said_by_the_carrier,
    lambda town: talked_and_called_again(town, MUTE),
    late_by_cell_phone,
    refused_by_cell_phone,
    supervised,
    consulted,
    cut_off_by_the_clinician,
    reminded_and_texting,
    not_taken_by_the_partner,
    asked_again,
)
