"""The people of the house: who they are, what they may do, and how they are reached."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password

from console.forms import Form
from console.here import board, house_zone_name, myself, now, store
from console.permissions import ADMINISTRATOR, ROLES
from console.words import LANGUAGES
from storage import ids
from storage.errors import Duplicate
from storage.values import Person
from switchboard import leaving

EMAIL_MOST, PASSWORD_LEAST = 255, 12


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/people", "people", page)
    add("/people/new", "new_person", new)
    add("/people", "add_person", create, methods=["POST"])
    add("/people/<person_id>", "person", edit)
    add("/people/<person_id>", "change_person", change, methods=["POST"])


def page() -> str:
    with store().read() as rows:
        everybody = rows.people.all(active_only=False)
    may_edit = myself().may(ADMINISTRATOR)
    return render_template("people/page.html", people=everybody, may_edit=may_edit)


def new() -> str:
    return show(Form({"zone": house_zone_name(), "languages": "en"}), None)


def edit(person_id: str) -> str:
    person = found(person_id)
    return show(Form(as_fields(person)), person)


def found(person_id: str) -> Person:
    with store().read() as rows:
        person = rows.people.get(person_id)
    if person is None:
        abort(404)
    return person


def as_fields(person: Person) -> dict[str, str]:
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone or "",
        "languages": ", ".join(person.languages),
        "zone": person.zone,
        "auto_answer": "yes" if person.auto_answer else "",
        "active": "yes" if person.active else "",
        **{f"role_{role}": "yes" for role in person.roles},
    }


def show(form: Form, person: Person | None) -> str:
    facts: dict[str, Any] = {"form": form, "person": person, "roles": ROLES, "languages": LANGUAGES}
    return render_template("people/person.html", **facts)


def create() -> ResponseReturnValue:
    form = Form(request.form)
    person = read_person(form, ids.new())
    password = form.text("password", 200)
    if password and len(password) < PASSWORD_LEAST:
        form.refuse("password", f"At least {PASSWORD_LEAST} characters.")
    if not form.errors:
        try:
            with store().begin() as rows:
                rows.people.add(person)
                rows.audit.write(
                    myself().id, "person.added", f"person:{person.id}", rights(person), now()
                )
            set_password(person, password)
            return done("Added.")
        except Duplicate:
            form.refuse("email", "Somebody has this e-mail already.")
    return show(form, None), 422


def set_password(person: Person, password: str | None) -> None:
    if password:
        users = current_app.extensions["security"].datastore
        user = users.find_user(id=person.id)
        user.password = hash_password(password)
        users.put(user)
        users.commit()


def change(person_id: str) -> ResponseReturnValue:
    old = found(person_id)
    form = Form(request.form)
    person = replace(read_person(form, person_id), skills=old.skills)
    if person_id == myself().id and not (person.active and ADMINISTRATOR in person.roles):
        form.refuse("active", "You cannot take your own access away: ask another administrator.")
    if not form.errors:
        try:
            with store().begin() as rows:
                rows.people.update(person)
                if old.active and not person.active:
                    leaving.leaves(board(), rows, person_id, now())
                facts = {"before": rights(old), "after": rights(person)}
                rows.audit.write(myself().id, "person.changed", f"person:{person_id}", facts, now())
            return done("Saved.")
        except Duplicate:
            form.refuse("email", "Somebody has this e-mail already.")
    return show(form, old), 422


def rights(person: Person) -> dict[str, Any]:
    """What the audit keeps of a person: what they may do, never how they are reached."""
    return {"roles": list(person.roles), "active": person.active}


def done(words: str) -> ResponseReturnValue:
    board().wake()
    flash(words, "done")
    return redirect(url_for("console.people"), 303)


def read_person(form: Form, person_id: str) -> Person:
    email = (form.text("email", EMAIL_MOST, needed="An e-mail to sign in with.") or "").lower()
    if email and ("@" not in email or " " in email):
        form.refuse("email", "An e-mail such as ana@example.org.")
    spoken = (form.text("languages", 80) or "en").replace(",", " ").split()
    roles = tuple(role for role in ROLES if form.checked(f"role_{role}"))
    if not roles:
        form.refuse("roles", "Give at least one role.")
    return Person(
        id=person_id,
        name=form.text("name", 80, needed="A name.") or "",
        email=email,
        phone=form.number("phone") if form.text("phone", 32) else None,
        languages=tuple(spoken),
        skills=(),
        zone=form.zone("zone"),
        auto_answer=form.checked("auto_answer"),
        active=form.checked("active"),
        roles=roles,
    )
