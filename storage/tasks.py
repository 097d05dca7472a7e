"""What must a named human still decide, and who decided what?"""

from datetime import datetime

from sqlalchemy import insert, select, update

from storage.noun import Noun, Shape
from storage.tables import tasks
from storage.values import Task

SHAPE = Shape(Task, tasks)
_ALL = select(*SHAPE.columns).order_by(tasks.c.opened_at, tasks.c.id)


class Tasks(Noun):
    """The tasks."""

    __slots__ = ()

    def add(self, task: Task) -> None:
        self.connection.execute(insert(tasks), SHAPE.facts(task))

    def get(self, task_id: str) -> Task | None:
        return SHAPE.maybe(self._row(_ALL.where(tasks.c.id == task_id)))

    def open(self, for_role: str | None = None, limit: int = 200) -> list[Task]:
        """Return what is undecided, oldest first; of one role, or of all."""
        found = _ALL.where(tasks.c.closed_at.is_(None))
        if for_role is not None:
            found = found.where(tasks.c.for_role == for_role)
        return SHAPE.all(self._rows(found.limit(limit)))

    def newest(self, kind: str) -> Task | None:
        """Return the last one of a kind that was opened, decided or not."""
        last = select(*SHAPE.columns).where(tasks.c.kind == kind)
        return SHAPE.maybe(self._row(last.order_by(tasks.c.opened_at.desc()).limit(1)))

    def about(self, call_id: str, kind: str) -> Task | None:
        """Return the last one of a kind about a call, decided or not."""
        found = select(*SHAPE.columns).where(tasks.c.call_id == call_id, tasks.c.kind == kind)
        return SHAPE.maybe(self._row(found.order_by(tasks.c.opened_at.desc()).limit(1)))

    def close(self, task_id: str, by: str, decision: str, now: datetime) -> bool:
        """False: somebody decided it before; their word stands."""
        change = update(tasks).where(tasks.c.id == task_id, tasks.c.closed_at.is_(None))
        return self._change(change.values(closed_at=now, closed_by=by, decision=decision)) == 1
