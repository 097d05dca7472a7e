"""The command `diversion`: what can an operator or a coordinator ask from a shell?"""

import sys

import click

from config import logs
from config import settings as environment
from config.errors import ConfigError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The crisis line's telephone system: callers transferred from 911 reach a clinician."""


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

    migrate.upgrade(environment.read().database_url)
    click.echo("The database is ready.")


def main() -> None:
    """Run a command; every known trouble is one line that says what to do."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as trouble:
        trouble.show()
        sys.exit(trouble.exit_code)
    except click.Abort:
        sys.exit(130)
    except ConfigError as trouble:
        click.echo(f"diversion: {trouble}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
