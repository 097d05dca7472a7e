"""Will everybody who is needed be on call in the next 28 days, and can they be reached?"""

from flask import Blueprint, render_template

from console import roster_mine
from console.here import board, myself, now, store
from console.permissions import PLANS
from console.roster_look import shorts
from console.roster_words import hours
from routing.watch import LOOKED
from switchboard import coverage_watch, roster_book


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster/coverage", "coverage", page)


def page() -> str:
    """What is published counts here; a draft's page of publication tells of the draft."""
    at, until = now(), now() + LOOKED
    with store().read() as rows:
        _, book = roster_book.newest(rows)
        able = roster_book.able(rows)
        unready = coverage_watch.unready(rows, book, at)
        late = roster_mine.unconfirmed(rows, board().book.roster.confirmed)
        names = rows.people.names()
    return render_template(
        "roster/coverage.html",
        shorts=shorts(book.timeline(at, until), book.roster, at, until, able),
        unready=unready,
        late=late,
        names=names,
        hours=hours,
        zone=book.roster.zone,
        may_edit=myself().may(*PLANS),
    )
