"""Which response plan has a number, and what did it say before?"""

from sqlalchemy import func, select

from care.response_plan import ResponsePlan
from storage.noun import Noun, Shape
from storage.tables import response_plans

SHAPE = Shape(ResponsePlan, response_plans)
_c = response_plans.c
_ALL = select(*SHAPE.columns)
_same = response_plans.alias()
_LAST = select(func.max(_same.c.version)).where(_same.c.id == _c.id).scalar_subquery()
_NEWEST = _ALL.where(_c.version == _LAST)


class ResponsePlans(Noun):
    """The response plans: each writing is a row of its own, and none is ever changed."""

    __slots__ = ()

    def add(self, plan: ResponsePlan) -> bool:
        """Write a version. False: somebody wrote this version of the number's plan before."""
        add = self._insert(response_plans).values(SHAPE.facts(plan)).on_conflict_do_nothing()
        return self._row(add.returning(_c.id)) is not None

    def of_number(self, number: str) -> ResponsePlan | None:
        """Return the newest version for this number (E.164), ended or not."""
        theirs = _ALL.where(_c.number == number).order_by(_c.version.desc())
        return SHAPE.maybe(self._row(theirs.limit(1)))

    def versions(self, plan_id: str) -> list[ResponsePlan]:
        """Return every version of one plan, the newest first."""
        return SHAPE.all(self._rows(_ALL.where(_c.id == plan_id).order_by(_c.version.desc())))

    def standing(self, limit: int = 1000) -> list[ResponsePlan]:
        """Return the newest version of each plan that has not ended, first to be reviewed first."""
        found = _NEWEST.where(_c.ended_because.is_(None)).order_by(_c.review_on, _c.id)
        return SHAPE.all(self._rows(found.limit(limit)))

    def ended(self, limit: int = 200) -> list[ResponsePlan]:
        """Return the version that ended each plan, the last one first."""
        found = _NEWEST.where(_c.ended_because.is_not(None)).order_by(_c.written_at.desc(), _c.id)
        return SHAPE.all(self._rows(found.limit(limit)))
