"""How many people does each hour need, and how many are on call? The page of the advice."""

from flask import Blueprint, render_template

from console.here import board, now, store
from routing.staffing import FEW, HOURS
from switchboard.staffing import staffed


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster/staffing", "staffing", page)


def page() -> str:
    with store().read() as rows:
        found = staffed(rows, board().book.staffing, now())
    return render_template(
        "roster/staffing.html",
        found=found,
        advice=found.advice,
        days=list(found.days()),
        hours=range(HOURS),
        few=FEW,
        small=sum(one.small for one in found.advice.hours),
    )
