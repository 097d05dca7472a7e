"""The roster in a calendar of one's own: secret addresses, made, renewed and switched off here."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.here import board, me, myself, now, store
from console.permissions import ANSWERS, PLANS
from storage import ids
from storage.values import RosterFeed
from switchboard import feeds


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/feeds/<token>.ics", "feed", read)
    add("/roster/feeds", "feeds", page)
    add("/roster/feeds/<kind>", "make_feed", make, methods=["POST"])
    add("/roster/feeds/<kind>/removal", "remove_feed", remove, methods=["POST"])


def read(token: str) -> ResponseReturnValue:
    """For calendars, which cannot sign in: the address is the key."""
    with store().read() as rows:
        found = feeds.holder(board().settings, rows, token)
        if found is None or not _may(found[0].roles, found[1]):
            abort(404)
        feed = feeds.written(rows, *found, now())
    answer = Response(feed.content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="roster.ics"'
    answer.set_etag(feed.etag)
    return answer.make_conditional(request)


def page() -> str:
    with store().read() as rows:
        own = {one.kind: one for one in rows.roster_feeds.of(myself().id)}
    return render_template(
        "roster/feeds.html",
        feeds=[
            {
                "kind": kind,
                "title": title,
                "made_at": own[kind].made_at if kind in own else None,
                "address": feeds.address(board().settings, own[kind]) if kind in own else "",
            }
            for kind, title in feeds.KINDS.items()
            if _may(myself().roles, kind)
        ],
    )


def make(kind: str) -> ResponseReturnValue:
    """A new address; the one before stops."""
    _known(kind)
    feed = RosterFeed(myself().id, kind, ids.new(), now())
    with store().begin() as rows:
        rows.roster_feeds.put(feed)
        rows.audit.write(myself().id, "feed.made", f"feed:{kind}", {}, now())
    flash("The address is made. Whoever knows it can read this calendar.", "done")
    return redirect(url_for("console.feeds"), 303)


def remove(kind: str) -> ResponseReturnValue:
    _known(kind)
    with store().begin() as rows:
        if rows.roster_feeds.remove(myself().id, kind):
            rows.audit.write(myself().id, "feed.removed", f"feed:{kind}", {}, now())
    flash("The address no longer works.", "done")
    return redirect(url_for("console.feeds"), 303)


def _known(kind: str) -> None:
    person = me()
    if kind not in feeds.KINDS or person is None or not _may(person.roles, kind):
        abort(404)


def _may(roles: frozenset[str] | tuple[str, ...], kind: str) -> bool:
    """Everybody of the house sees the roster; who fills gaps sees them, and who rings, promises."""
    needed = {"gaps": PLANS, "followups": ANSWERS}.get(kind, frozenset(roles))
    return bool(roles) and not needed.isdisjoint(roles)
