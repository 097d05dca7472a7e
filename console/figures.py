"""The figures: what happened on each day, in columns whose sums agree."""

import csv
import io
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request

from console.here import board, house_zone_name, now, store
from console.week import midnight
from routing.wallclock import wall

DAYS_USUAL, DAYS_MOST = 28, 366


def install(console: Blueprint) -> None:
    console.add_url_rule("/figures", "figures", page)
    console.add_url_rule("/figures.csv", "figures_csv", as_csv)


def page() -> str:
    return ""


def as_csv() -> str:
    return ""


def asked() -> tuple[date, date]:
    """The first and the last day, both included, in the house's zone."""
    today = wall(now(), house_zone_name()).date()
    first = day_of("from", today - timedelta(days=DAYS_USUAL - 1))
    last = day_of("to", today)
    if not first <= last < first + timedelta(days=DAYS_MOST):
        return today - timedelta(days=DAYS_USUAL - 1), today
    return first, last


def day_of(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
