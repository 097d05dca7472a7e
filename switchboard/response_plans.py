"""Who calls often, what helps them, and who looks at that plan again?

The rules are care/response_plan.py's; here plans are found, written and audited. A plan is found
by the number, as earlier contacts are. Only pages read it: offers and the line never do.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from care import response_plan as rules
from care.response_plan import Draft, ResponsePlan
from ivr.call import Call
from routing.wallclock import wall
from storage import ids
from storage.errors import Duplicate, Stale
from storage.store import Rows
from storage.values import FollowUp, Task
from switchboard import readings, tasks
from switchboard.board import Board
from switchboard.readings import Reading
from switchboard.referrals import number_of

REVIEW = "response_plan_review"
READ = "response_plan.read"
ROLE = "supervisor"  # who reads every record reviews what was made of them


class NoSuchPlan(LookupError):
    """There is none."""


@dataclass(frozen=True, slots=True)
class Known:
    """A plan as somebody sees it. `about`: the object of the audit that says so."""

    plan: ResponsePlan
    by: str  # the author's name
    overdue: bool
    about: str

    @property
    def line(self) -> str:
        """The one line for the offer."""
        return rules.in_one_line(self.plan)

    @property
    def agreed(self) -> str:
        """Whether the person knows of it."""
        return rules.AGREED[self.plan.agreed]


def today(board: Board) -> date:
    """The day by the house's wall clock."""
    return wall(board.now(), board.book.default.zone).date()


# -- reading ------------------------------------------------------------------------------------


def of_number(board: Board, rows: Rows, number: str | None, about: str) -> Known | None:
    """The plan that stands for this number; a centre's own, or a withheld one, has none."""
    theirs = board.somebodys(number)
    plan = rows.response_plans.of_number(theirs) if theirs else None
    return known(board, rows, plan, about) if plan and plan.stands else None


def of_call(board: Board, rows: Rows, call: Call) -> Known | None:
    """The plan of whoever is in this contact: by the number confirmed, else by the one shown."""
    return of_number(board, rows, number_of(board, rows, call), f"record:{call.id}")


def of_followup(board: Board, rows: Rows, one: FollowUp) -> Known | None:
    """The plan of whoever was promised this call."""
    return of_number(board, rows, one.number, f"followup:{one.id}")


def known(board: Board, rows: Rows, plan: ResponsePlan, about: str) -> Known:
    """The plan with its author's name and how it stands today."""
    by = rows.people.names().get(plan.written_by, "unknown")
    return Known(plan, by, rules.overdue(plan, today(board)), about)


def note_reading(board: Board, reader: str, seen: Known) -> None:
    """One line of the audit for each reader, contact and version, before it is shown."""
    facts = {"plan": seen.plan.id, "version": seen.plan.version}
    readings.note(board, reader, [Reading(READ, seen.about, facts)])


# -- writing ------------------------------------------------------------------------------------


def write(board: Board, number: str, draft: Draft, by: str) -> ResponsePlan:
    """The first version of the plan for a number (E.164).

    Raises:
        rules.Refused: something is missing, the number is one of our own, or has had a plan.
    """
    if board.somebodys(number) is None:
        raise rules.Refused("This is a number of a line or a centre, and nobody's own.")
    now = board.now()
    plan = rules.first(ids.new(), number, draft, by, now, today(board))
    with board.store.begin() as rows:
        if not rows.response_plans.add(plan):
            raise rules.Refused("This number has a plan, or had one. Open it below.")
        rows.audit.write(by, "response_plan.written", _object(plan), {"version": 1}, now)
    return plan


def revise(board: Board, plan_id: str, version: int, draft: Draft, by: str) -> ResponsePlan:
    """The next version, by somebody who has read `version`; its review is done.

    Raises:
        NoSuchPlan: there is none.
        Stale: somebody else wrote a version meanwhile.
        rules.Refused: as care.response_plan.anew.
    """
    now = board.now()
    with board.store.begin() as rows:
        before = _newest(rows, plan_id, version)
        plan = rules.anew(before, draft, by, now, today(board))
        _keep(rows, before, plan, "response_plan.written", "Written anew", now)
    return plan


def end(board: Board, plan_id: str, version: int, because: str, by: str) -> ResponsePlan:
    """The version that ends it: nobody is shown it at a call any more.

    Raises:
        NoSuchPlan, Stale: as revise.
        rules.Refused: as care.response_plan.ended.
    """
    now = board.now()
    with board.store.begin() as rows:
        before = _newest(rows, plan_id, version)
        plan = rules.ended(before, because, by, now)
        _keep(rows, before, plan, "response_plan.ended", "Ended", now)
    return plan


def _newest(rows: Rows, plan_id: str, version: int) -> ResponsePlan:
    written = rows.response_plans.versions(plan_id)
    if not written:
        raise NoSuchPlan(plan_id)
    if written[0].version != version:
        raise Stale(plan_id)
    return written[0]


def _keep(
    rows: Rows,
    before: ResponsePlan,
    plan: ResponsePlan,
    action: str,
    decision: str,
    now: datetime,
) -> None:
    if not rows.response_plans.add(plan):
        raise Stale(plan.id)
    tasks.close(rows, _task(before), plan.written_by, decision, now)
    # Which version, never what it says: the audit is read by people who may not read plans.
    rows.audit.write(plan.written_by, action, _object(plan), {"version": plan.version}, now)


def _object(plan: ResponsePlan) -> str:
    return f"response_plan:{plan.id}"


# -- its review ---------------------------------------------------------------------------------


def sweep(board: Board) -> None:
    """Put each plan whose review is overdue before the supervisors, once a version.

    The task goes, as the mark does, when the plan is written anew or ended, and by no decision.
    """
    day = today(board)
    with board.store.read() as rows:
        late = [one for one in rows.response_plans.standing() if rules.overdue(one, day)]
        untold = [one for one in late if rows.tasks.get(_task(one)) is None]
    for plan in untold:
        with suppress(Duplicate), board.store.begin() as rows:  # or another clock told it now
            text = tasks.WORDS[REVIEW]
            rows.tasks.add(Task(_task(plan), REVIEW, ROLE, None, None, text, board.now()))


def _task(plan: ResponsePlan) -> str:
    return f"review-{plan.id}-{plan.version}"
