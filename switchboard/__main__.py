"""The command `diversion`: what can an operator or a coordinator ask from a shell?"""

import sys
from contextlib import suppress
from datetime import UTC, datetime

import click

from config import lines, logs
from config import settings as environment
from config.errors import ConfigError
from storage.errors import NewerDatabase, NotMigrated, StorageError, StoreDown
from switchboard.directory_commands import directory
from switchboard.fallback import fallback
from switchboard.fhir_commands import fhir
from switchboard.followup_commands import followups
from switchboard.person_commands import person
from switchboard.roster import roster
from switchboard.roster_staffing import staffing
from switchboard.roster_watch import watch
from switchboard.route import route

ILL = 1  # doctor's exit code when a check failed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The crisis line's telephone system: callers transferred from 911 reach a clinician."""


roster.add_command(staffing)
roster.add_command(watch)
cli.add_command(roster)
cli.add_command(route)
cli.add_command(fallback)
cli.add_command(followups)
cli.add_command(directory)
cli.add_command(fhir)
cli.add_command(person)


@cli.command()
def clock() -> None:
    """Run the clock: deadlines, offers, errands, follow-ups, reconciliation."""
    from switchboard import clock as the_clock
    from switchboard.board import make_board

    settings = environment.read().ready_for_calls()
    logs.configure(settings.log_level)
    the_clock.run(make_board(settings))


@cli.command()
def release() -> None:
    """Bring the database to this version's tables (run before the new processes start)."""
    from storage import migrate
    from switchboard.board import check_files

    settings = environment.read()
    check_files(settings)  # or web and clock would not start upon the new tables
    migrate.upgrade(settings.database_url)
    click.echo("The database is ready.")


@cli.command()
def doctor() -> None:
    """Check settings, database, prompts, clock, roster and our public address, before a call."""
    from switchboard import doctor as the_doctor

    settings = environment.read()
    ill = False
    for check in the_doctor.examine(settings, datetime.now(UTC)):
        ill = ill or not check.ok
        click.echo(f"{'ok ' if check.ok else 'ILL'}  {check.name}: {check.words}")
        if not check.ok:
            click.echo(f"     {check.what_to_do}")
    sys.exit(ILL if ill else 0)


@cli.command()
def setup() -> None:
    """Print what to enter at Twilio: addresses for the numbers and the application."""
    from telephony import setup as the_setup

    settings = environment.read()
    click.echo(the_setup.checklist(settings, lines.read(settings.line_file)))


@cli.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link that lets EMAIL in once, without a password, for some minutes."""
    from storage.store import Store
    from switchboard import links

    settings = environment.read()
    with Store(settings.database_url).read() as rows:
        if rows.people.by_email(email) is None:
            raise click.ClickException(f"{email}: nobody here has this address")
    click.echo(links.link(settings, email))
    click.echo(f"good once, for {links.minutes_good(settings)} minutes", err=True)


@cli.command()
def audit() -> None:
    """Check that no line of the audit was changed, removed or put in between."""
    from storage.store import Store

    with Store(environment.read().database_url).read() as rows:
        broken = rows.audit.verify()
    if broken is not None:
        raise click.ClickException(f"the chain breaks at line {broken}: keep the database as it is")
    click.echo("The chain is whole.")


def main() -> None:
    """Run a command; every known trouble is one line that says what to do."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as trouble:
        trouble.show()
        sys.exit(trouble.exit_code)
    except click.Abort:
        sys.exit(130)
    except StoreDown as trouble:
        click.echo(
            f"diversion: the database does not answer: {trouble}. See DATABASE_URL", err=True
        )
        sys.exit(2)
    except (ConfigError, StorageError) as trouble:
        click.echo(f"diversion: {trouble}", err=True)
        sys.exit(2)
    except Exception:
        _end_if_of_another_version()
        raise


def _end_if_of_another_version() -> None:
    """A table or column that a command did not find: say which version the database has."""
    from storage import revision

    with suppress(ConfigError, StoreDown):
        try:
            revision.check(environment.read().database_url)
        except (NotMigrated, NewerDatabase) as trouble:
            click.echo(f"diversion: {trouble} (see diversion release)", err=True)
            sys.exit(2)


if __name__ == "__main__":
    main()
