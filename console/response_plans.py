"""Response plans: which are there, which want a review, who writes them anew or ends them?"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from care import response_plan as rules
from care.response_plan import Draft, Refused, ResponsePlan
from console.forms import Form
from console.here import board, house_zone_name, myself, now, store
from storage.errors import Stale
from storage.store import Rows
from switchboard import referrals, response_plans

LISTED = "response_plan.listed"
STALE = "Somebody wrote it anew meanwhile: read their words above, then write yours."
DRAFTED = ("number", "person_name", "helps", "avoid", "limits", "tell", "agreed", "review_on")


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/response-plans", "response_plans", page)
    add("/response-plans", "write_response_plan", write, methods=["POST"])
    add("/response-plans/<plan_id>", "response_plan", one)
    add("/response-plans/<plan_id>", "revise_response_plan", revise, methods=["POST"])
    add("/response-plans/<plan_id>/ending", "end_response_plan", end, methods=["POST"])


def words() -> dict[str, Any]:
    """What every form of a plan needs."""
    day = response_plans.today(board())
    return {
        "agreed_words": rules.AGREED,
        "lengths": rules.LENGTHS,
        "review_by": rules.review_by_default(day).isoformat(),
        "zone": myself().zone,
        "house_zone": house_zone_name(),
    }


# -- the list -----------------------------------------------------------------------------------


def page() -> str:
    """Every plan; `call`: whose number a new one may be for."""
    return render_template("response_plans/page.html", **listing({"number": number_of_call()}))


def number_of_call() -> str:
    """The number of the contact from whose record this page was opened; "": of none."""
    with store().read() as rows:
        call = rows.calls.get(request.args.get("call", ""))
        return (call and referrals.number_of(board(), rows, call)) or ""


def listing(values: dict[str, str], errors: dict[str, str] | None = None) -> dict[str, Any]:
    """The plans, the first to be reviewed first; that they were listed is in the audit."""
    with store().begin() as rows:
        rows.audit.write(myself().id, LISTED, "response_plans", {}, now())
    with store().read() as rows:
        standing = [known(rows, plan) for plan in rows.response_plans.standing()]
        over = rows.response_plans.ended()
    return words() | {
        "standing": standing,
        "ended": over,
        "values": values,
        "errors": errors or {},
    }


def known(rows: Rows, plan: ResponsePlan) -> response_plans.Known:
    return response_plans.known(board(), rows, plan, about(plan))


def about(plan: ResponsePlan) -> str:
    return f"response_plan:{plan.id}"


def write() -> ResponseReturnValue:
    """The first plan of a number."""
    form = Form(request.form)
    number, draft = form.number("number"), read(form)
    if not form.errors:
        try:
            plan = response_plans.write(board(), number, draft, myself().id)
        except Refused as why:
            form.refuse("number", str(why))
        else:
            return written(plan, "The plan is written. It is shown when this number calls.")
    wrong = listing(form.values, form.errors)
    return render_template("response_plans/page.html", **wrong), 422


def read(form: Form) -> Draft:
    """The fields of a plan; what is wrong with them is in `form.errors`."""
    day = form.day("review_on") or response_plans.today(board())
    draft = Draft(
        person_name=text(form, "person_name"),
        helps=text(form, "helps") or "",
        avoid=text(form, "avoid"),
        limits=text(form, "limits"),
        tell=text(form, "tell"),
        agreed=form.values.get("agreed", ""),
        review_on=day,
    )
    for name, why in rules.missing(draft, response_plans.today(board())).items():
        form.refuse(name, why)
    return draft


def text(form: Form, name: str) -> str | None:
    return form.text(name, rules.LENGTHS[name])


def written(plan: ResponsePlan, say: str) -> ResponseReturnValue:
    flash(say, "done")
    return redirect(url_for("console.response_plan", plan_id=plan.id), 303)


# -- one plan -----------------------------------------------------------------------------------


def one(plan_id: str) -> str:
    """The plan in full, and what it said before; each opening is in the audit."""
    return render_template("response_plans/one.html", **facts(plan_id))


def facts(
    plan_id: str, form: Form | None = None, ending: dict[str, str] | None = None
) -> dict[str, Any]:
    """`form`: the plan as it was sent and refused; `ending`: the same of its end."""
    with store().read() as rows:
        versions = rows.response_plans.versions(plan_id)
    if not versions:
        abort(404)
    plan = versions[0]
    with store().begin() as rows:
        told = {"plan": plan.id, "version": plan.version}
        rows.audit.write(myself().id, response_plans.READ, about(plan), told, now())
    with store().read() as rows:
        return words() | {
            "seen": known(rows, plan),
            "versions": versions,
            "names": rows.people.names(),
            "audit": rows.audit.of(about(plan)),
            "values": form.values if form else kept(plan),
            "errors": form.errors if form else {},
            "ending": ending or {},
        }


def kept(plan: ResponsePlan) -> dict[str, str]:
    """The plan's fields as its form shows them; the review moves on by itself."""
    found = {name: str(getattr(plan, name) or "") for name in DRAFTED}
    return found | {"review_on": words()["review_by"]}


def revise(plan_id: str) -> ResponseReturnValue:
    form = Form(request.form)
    there(plan_id)
    draft = read(form)
    if not form.errors:
        try:
            plan = response_plans.revise(
                board(), plan_id, form.whole("version"), draft, myself().id
            )
        except Stale:
            form.refuse("helps", STALE)
        except Refused as why:
            form.refuse("helps", str(why))
        else:
            return written(plan, "The plan is written anew, and its review is done.")
    return render_template("response_plans/one.html", **facts(plan_id, form)), 422


def there(plan_id: str) -> None:
    """No plan, no form."""
    with store().read() as rows:
        if not rows.response_plans.versions(plan_id):
            abort(404)


def end(plan_id: str) -> ResponseReturnValue:
    form = Form(request.form)
    there(plan_id)
    because = form.text("ended_because", rules.LENGTHS["ended_because"], needed="Say why it ends.")
    if not form.errors:
        try:
            plan = response_plans.end(
                board(), plan_id, form.whole("version"), because or "", myself().id
            )
        except Stale:
            form.refuse("ended_because", STALE)
        except Refused as why:
            form.refuse("ended_because", str(why))
        else:
            return written(plan, "The plan has ended. It is not shown at calls any more.")
    return render_template("response_plans/one.html", **facts(plan_id, ending=form.errors)), 422
