"""Who else is in the call of this desk, whom can be asked in, and is help on the way?"""

from typing import Any

from console.here import board, store
from console.supervision import named, names_of
from ivr.call import Call, Stage
from switchboard import guestbook, guests
from switchboard import help as silent_help
from switchboard.desk import IN_COLLEAGUES, DeskState

MAY_ASK = (Stage.TALKING, Stage.CONSULTING)


def at_desk(current: DeskState) -> dict[str, Any]:
    """What the panel needs of it; nothing outside a call."""
    call = current.call
    if call is None or call.over:
        return {}
    with store().read() as rows:
        names = names_of(rows)
        task = silent_help.of_call(rows, call.id)
        choices = guestbook.choices(board(), rows, call) if _asks(current, call) else ()
    there = {guest.who for guest in call.guests if guest.state != "failed"}
    by = names.get(task.closed_by or "", "") if task else ""
    return {
        "guests": named(call, names),
        "apart": next(((n, g) for n, g in named(call, names) if g.consulted), None),
        "consulting": call.stage is Stage.CONSULTING,
        "choices": [one for one in choices if one.who not in there],
        "may_consult": guests.may_consult(call),
        "clinician": names.get(call.clinician_id or "", "A colleague"),
        "invited": call.guest(who=current.person.id) if current.state in IN_COLLEAGUES else None,
        "help": task,
        "help_by": by,
    }


def _asks(current: DeskState, call: Call) -> bool:
    return current.state == "talking" and call.stage in MAY_ASK
