"""What came of what somebody asked of the roster: cover, a swap, time off?"""

from collections.abc import Callable, Container
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from console.here import board, store
from storage.store import Rows
from switchboard import offline
from switchboard.roster_book import NotNow


def done(
    back: str, what: Callable[[Rows], Any], words: str, *, waits: Container[str], changed: str
) -> ResponseReturnValue:
    """Do `what` in one transaction, say `words`, and go `back` to that page.

    `waits`: the states in which a coordinator has to agree first; `changed`: the one in which the
    roster says so now.
    """
    again = redirect(url_for(f"console.{back}"), 303)
    try:
        with store().begin() as rows:
            found = what(rows)
    except NotNow as why:
        flash(str(why), "warning")
        return again
    if found is not None and found.state in waits:
        words = f"A coordinator has to agree first: {found.why}. Until then nothing has changed."
    flash(words, "done")
    if found is not None and found.state == changed:
        board().wake()
        offline.tend(board())
    return again
