"""How do notices reach people by e-mail, when the mail server is away and when a process dies?

    owed -> sending -> sent
            sending -> owed       the server was away, or said "later": in a minute, then rarer
            sending -> failed     it said no; or two days went by
            sending               a process died, or the line broke, after the letter was handed
                                  over: it may have gone, and nobody is told twice

What is not sent still stands at the person's desk.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog

from config.settings import Settings
from storage.values import Notice
from switchboard.board import Board

log = structlog.get_logger()

SUBJECTS = {
    "moved": "Your hours on the roster changed",
    "reminder": "You are on call soon: please confirm",
    "watch": "The roster: please look",
    "help": "A clinician asks for help now",
    "crew": "A mobile crew: please look now",
}
PAGES = {
    "watch": "/roster/coverage",
    "help": "/board",
    "crew": "/crews",
}  # the others: one's own hours
NOWHERE = ".invalid"  # of people whom an import made (RFC 2606)
GIVEN_UP = timedelta(days=2)
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)  # from one try to the next
TIMEOUT_SECONDS = 10
PERMANENT = 500  # the first of SMTP's codes that mean: do not try again


class Later(Exception):
    """Nothing was taken: try again."""


class Refused(Exception):
    """The server will not take it."""


def sweep(board: Board) -> None:
    """Send what is owed, each by one process. Without a mail server nothing is done."""
    if not board.settings.smtp_host:
        return
    now = board.now()
    with board.store.read() as rows:
        owed = rows.notices.owed(now)
    for notice in owed:
        _one(board, notice, now)


def _one(board: Board, notice: Notice, now: datetime) -> None:
    sending = replace(notice, mail_state="sending", mail_tries=notice.mail_tries + 1)
    with board.store.begin() as rows:
        person = rows.people.get(notice.person_id)
        if not rows.notices.move(sending, "owed"):
            return
    if person is None or person.email.endswith(NOWHERE) or now > notice.made_at + GIVEN_UP:
        _settle(board, replace(sending, mail_state="failed"))
        return
    try:
        _send(board.settings, _letter(board.settings, person.email, notice))
    except Later as why:
        log.warning("mail server away", notice=notice.id, why=str(why))
        wait = min(LONGEST, FIRST * 2 ** min(notice.mail_tries, 10))
        _settle(board, replace(sending, mail_state="owed", mail_due_at=now + wait))
    except Refused as why:
        log.warning("mail refused", notice=notice.id, why=str(why))
        _settle(board, replace(sending, mail_state="failed"))
    except (OSError, smtplib.SMTPException) as why:
        log.warning("mail may or may not have gone", notice=notice.id, why=str(why))
    else:
        _settle(board, replace(sending, mail_state="sent"))


def _settle(board: Board, notice: Notice) -> None:
    with board.store.begin() as rows:
        rows.notices.move(notice, "sending")


def _letter(settings: Settings, to: str, notice: Notice) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = settings.mail_from or settings.smtp_user, to
    letter["Subject"] = SUBJECTS[notice.kind]
    where = PAGES.get(notice.kind, "/roster/mine")
    letter.set_content(f"{notice.text}\n\n{settings.public_base_url}{where}\n")
    return letter


def _send(settings: Settings, letter: EmailMessage) -> None:
    """Hand it over. Raises Later and Refused; anything else: nobody knows."""
    server = _server(settings)
    try:
        server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refused:
        code = max(answer[0] for answer in refused.recipients.values())
        raise (Refused if code >= PERMANENT else Later)(str(refused)) from refused
    except smtplib.SMTPResponseException as refused:
        permanent = refused.smtp_code >= PERMANENT
        raise (Refused if permanent else Later)(str(refused)) from refused
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _server(settings: Settings) -> smtplib.SMTP:
    where, checked = (settings.smtp_host, settings.smtp_port), ssl.create_default_context()
    try:
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                *where, timeout=TIMEOUT_SECONDS, context=checked
            )
        else:
            server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
        if settings.smtp_security == "starttls":
            server.starttls(context=checked)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except (OSError, smtplib.SMTPException) as away:
        raise Later(str(away)) from away
    return server
