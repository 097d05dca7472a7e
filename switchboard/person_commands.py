"""Who works here? `diversion person add`, checked as the page checks what is typed there."""

from contextlib import closing

import click

from config import settings as environment
from routing.wallclock import UnknownZone, zone
from telephony import forms

ROLES = ("clinician", "coordinator", "supervisor", "administrator")


def _name(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    if not typed.strip():
        raise click.BadParameter("expected a name")
    return typed.strip()


def _email(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    if not all(typed.partition("@")) or any(char.isspace() for char in typed):
        raise click.BadParameter(f"expected an e-mail such as ana@example.org, not {typed!r}")
    return typed.lower()


def _number(_context: click.Context, _option: click.Parameter, typed: str | None) -> str | None:
    number = typed and forms.dialled(typed)
    if number and not forms.dialable(number):
        raise click.BadParameter(f"expected a number such as +13145550121, not {typed!r}")
    return number


def _zone(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    try:
        return zone(typed).key
    except UnknownZone as why:
        raise click.BadParameter(str(why)) from why


@click.group()
def person() -> None:
    """The people of the house."""


@person.command()
@click.argument("name", callback=_name)
@click.argument("email", callback=_email)
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), required=True)
@click.option("--phone", callback=_number, help="Backup cell phone, such as +13145550121.")
@click.option("--language", "languages", multiple=True, default=("en",), show_default=True)
@click.option("--zone", callback=_zone, default="America/Chicago", show_default=True)
def add(
    name: str,
    email: str,
    roles: tuple[str, ...],
    phone: str | None,
    languages: tuple[str, ...],
    zone: str,
) -> None:
    """Add NAME with EMAIL; the first administrator is made this way."""
    from storage import ids
    from storage.errors import Duplicate
    from storage.store import Store
    from storage.values import Person

    new = Person(
        id=ids.new(),
        name=name,
        email=email,
        phone=phone,
        languages=languages,
        skills=(),
        zone=zone,
        auto_answer=False,
        active=True,
        roles=roles,
    )
    try:
        with closing(Store(environment.read().database_url)) as store, store.begin() as rows:
            rows.people.add(new)
            rows.audit.write("command line", "person.added", f"person:{new.id}", {}, store.now())
    except Duplicate as twin:
        raise click.ClickException(f"{email}: somebody has this address already") from twin
    click.echo(f"{name} is in. Let them in once with: diversion sign-in-link {email}")
