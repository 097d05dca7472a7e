"""What has a coordinator changed and not yet published, and how does it become the roster?

A draft is private. It starts from the revision in force; when somebody else publishes meanwhile,
their changes are merged in, entry by entry and field by field. Only where both gave one field
different values must somebody choose.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from routing import document as exchange
from routing.edits import Change, Clash, Document, changes, merge, undone
from routing.moves import moved
from routing.roster import RosterError
from storage.store import Rows
from storage.values import RosterDraft
from switchboard import roster_book
from switchboard.roster_book import Book, Saved

STEPS_MAX = 200  # that can be undone one by one
LOOKED_BACK = timedelta(days=35)  # the past that an edit must leave alone
GRACE = timedelta(hours=1)  # between a change and its publication, hours may have begun


class Refused(ValueError):
    """The change is not kept; `errors` name the places in the document."""

    def __init__(self, errors: Collection[RosterError]) -> None:
        """Keep the errors."""
        self.errors = tuple(errors)
        super().__init__("; ".join(map(str, errors)))


class Past(ValueError):
    """The change would rewrite who was on call before `until`."""

    def __init__(self, until: datetime) -> None:
        """Keep the instant from which on changes are possible."""
        self.until = until
        super().__init__("it changes hours that are over")


class MustChoose(Exception):
    """Somebody published meanwhile, and both changed the same field: choose first."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The roster as one coordinator sees it: what is in force, and their own changes of it."""

    person_id: str
    revision: int  # in force
    published: Document
    document: Document  # with the changes of everybody; the same when there are none of one's own
    kept: RosterDraft | None
    clashes: tuple[Clash, ...] = ()
    merged_from: int | None = None  # the older revision it was begun with

    @property
    def changes(self) -> list[Change]:
        """What would be published."""
        return changes(self.published, self.document)

    @property
    def book(self) -> Book:
        """The drafted roster, to be asked who is on call."""
        return roster_book.book_of(self.document)

    @property
    def seen(self) -> str:
        """What a page says it has shown, so that nothing is published unseen."""
        return f"{self.revision}.{self.kept.version if self.kept else 0}"


# -- reading ----------------------------------------------------------------------------------


def of(rows: Rows, person_id: str, zone: str) -> Draft:
    """Return the person's draft upon the roster in force; `zone` is for a roster not yet begun."""
    number, book = roster_book.newest(rows)
    published = book.document if number else {"zone": zone}
    kept = rows.roster_drafts.of(person_id)
    draft = Draft(person_id, number, published, kept.document if kept else published, kept)
    if kept is None or kept.based_on == number:
        return draft
    together = merge(_base(rows, kept, zone), kept.document, published)
    return replace(
        draft,
        document=together.document,
        clashes=together.clashes,
        merged_from=kept.based_on,
    )


def _base(rows: Rows, kept: RosterDraft, zone: str) -> Document:
    revision = rows.roster.revision(kept.based_on)
    return revision.document if revision else {"zone": zone}


# -- changing ---------------------------------------------------------------------------------


def change(rows: Rows, draft: Draft, document: Document, said: str, now: datetime) -> Draft:
    """Keep `document` as the draft's next step, which `said` tells and one undo takes back.

    Raises:
        Refused: the document has mistakes.
        Past: it changes hours that are over.
        MustChoose: a clash must be settled first.
        Stale: the draft was changed in another window.
    """
    if draft.clashes:
        raise MustChoose
    made = changes(draft.document, document)
    if not made:
        return draft
    if errors := exchange.check(document).errors:
        raise Refused(errors)
    after = replace(draft, document=document)
    _leave_the_past(draft.book, after.book, now, now)
    step = {"said": said, "at": now.isoformat(), "changes": [asdict(one) for one in made]}
    return _keep(rows, after, [*_steps(draft), step][-STEPS_MAX:], now)


def undo(rows: Rows, draft: Draft, now: datetime) -> str | None:
    """Take back the draft's last step and return what it said; None: there is none.

    What somebody else published since stays; where they changed the same, theirs stays.
    """
    steps = _steps(draft)
    if not steps:
        return None
    back = undone(draft.document, [Change(**one) for one in steps[-1]["changes"]])
    _keep(rows, replace(draft, document=back.document), steps[:-1], now)
    return str(steps[-1]["said"])


def discard(rows: Rows, draft: Draft) -> None:
    """Forget every unpublished change."""
    if draft.kept:
        rows.roster_drafts.remove(draft.kept)


def settle(
    rows: Rows, draft: Draft, mine: Collection[tuple[str, str, str]], now: datetime
) -> Draft:
    """Choose: at the places of `mine` the draft's value, at every other what was published."""
    assert draft.kept is not None
    base = _base(rows, draft.kept, draft.published["zone"])
    together = merge(base, draft.kept.document, draft.published, mine)
    return _keep(rows, replace(draft, document=together.document), _steps(draft), now)


def revert(rows: Rows, draft: Draft, revision: int, said: str, now: datetime) -> Draft:
    """Take back what a published revision changed, as a step of the draft.

    Raises KeyError when there is no such revision, and as `change` does; MustChoose also when
    what it changed was changed again since.
    """
    after, before = rows.roster.revision(revision), rows.roster.revision(revision - 1)
    if after is None or before is None:
        raise KeyError(revision)
    back = undone(draft.document, changes(before.document, after.document))
    if back.clashes:
        raise MustChoose
    return change(rows, draft, back.document, said, now)


def publish(
    rows: Rows, draft: Draft, reason: str, now: datetime, *, leave_uncovered: str | None = None
) -> Saved:
    """Make the draft the roster, in force with this transaction's commit.

    Raises CannotSave (gaps that nobody agreed to), Past, MustChoose, Stale.
    """
    if draft.clashes:
        raise MustChoose
    since = max(draft.kept.changed_at if draft.kept else now, now - GRACE)
    _leave_the_past(roster_book.book_of(draft.published), draft.book, now, since)
    saved = roster_book.save(
        rows,
        draft.document,
        draft.person_id,
        reason,
        now,
        based_on=draft.revision,
        leave_uncovered=leave_uncovered,
    )
    discard(rows, draft)
    return saved


# -- helpers ----------------------------------------------------------------------------------


def _steps(draft: Draft) -> list[dict[str, Any]]:
    return draft.kept.steps if draft.kept else []


def _keep(rows: Rows, draft: Draft, steps: list[dict[str, Any]], now: datetime) -> Draft:
    """Write the draft, or forget it when it changes nothing any more."""
    if not changes(draft.published, draft.document):
        discard(rows, draft)
        return replace(draft, document=draft.published, kept=None, clashes=())
    version = draft.kept.version if draft.kept else 0
    kept = RosterDraft(draft.person_id, version, draft.revision, draft.document, steps, now)
    return replace(draft, kept=rows.roster_drafts.put(kept), clashes=(), merged_from=None)


def _leave_the_past(before: Book, after: Book, now: datetime, until: datetime) -> None:
    """What was promised is what was promised: corrections begin now (ROSTER.md, In full, 7)."""
    start = now - LOOKED_BACK
    old, new = before.timeline(start, until), after.timeline(start, until)
    if moved(old, new, start, until):
        raise Past(until)
