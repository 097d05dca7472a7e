"""What do all doors of the telephone share? Their blueprint, their kinds, and what is in hand.

A door says at its own place which kind it is; what is around it (`door/entrance.py`,
`door/net.py`) asks by kind, so that a new door is complete in one place.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, current_app, g, request

from switchboard.board import Board
from telephony import forms

phone = Blueprint("phone", __name__)
TWIML = "text/xml; charset=utf-8"

# Kinds of doors, by endpoint.
SILENT: set[str] = set()  # nobody listens to the answer
OTHERS: set[str] = set()  # no caller listens: a clinician, a guest, a dispatcher, a person
NEVER_ASK: set[str] = set()  # the answer asks no table

View = TypeVar("View", bound=Callable[..., Response])


def among(*kinds: set[str]) -> Callable[[View], View]:
    """Say of a door which kinds it is; below the line that gives its address."""

    def mark(view: View) -> View:
        for kind in kinds:
            kind.add(f"{phone.name}.{view.__name__}")
        return view

    return mark


def nobody_listens() -> bool:
    """Whether this webhook only tells us something."""
    return request.endpoint in SILENT


def board() -> Board:
    """The switchboard this app serves."""
    found: Board = current_app.extensions["board"]
    return found


def fields() -> forms.Fields:
    """The webhook's parsed form."""
    found: forms.Fields = g.fields
    return found


def answer(document: bytes) -> Response:
    """TwiML, as the carrier wants it."""
    return Response(document, content_type=TWIML)
