"""Is this installation ready for the next caller? Checks that speak plainly and change nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from secrets import token_hex
from urllib.parse import urlsplit

from config import followups, lines, prompts
from config.errors import ConfigError
from config.lines import LineBook
from config.settings import Settings
from storage import revision
from storage.errors import StorageError
from storage.store import Store
from switchboard import roster_book, snapshot
from telephony import signature
from telephony.carrier import Carrier
from telephony.outcomes import CarrierError, CarrierRefused

TICK_UNHEARD = timedelta(seconds=12)  # a killed clock is back within this
SNAPSHOT_OLD = timedelta(minutes=5)  # it is written each minute
CLOCKS_APART = timedelta(seconds=2)
ROSTER_AHEAD = timedelta(days=14)
TIME_ZONES_OLD = timedelta(days=550)
GREETING_SECONDS_MAX = 6
SPOKEN_CHARS_PER_SECOND = 14
FETCH_SECONDS = 5
SELFTEST = "/voice/selftest"
OK, FORBIDDEN = 200, 403
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
# A form a signature can trip over: an accent, a plus, an ampersand, an empty value.
TRICKY_FORM = {"City": "SÃO PAULO", "From": "+13145550100", "Name": "a&b=c d", "Zip": ""}

# POST this form with these headers; gives the status, raises OSError. Redirects are not followed.
Fetch = Callable[[str, Mapping[str, str], Mapping[str, str]], int]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `what_to_do` is empty when all is well."""

    name: str
    ok: bool
    words: str
    what_to_do: str = ""


def _well(name: str, words: str) -> Check:
    return Check(name, ok=True, words=words)


def _ill(name: str, words: str, what_to_do: str) -> Check:
    return Check(name, ok=False, words=words, what_to_do=what_to_do)


def examine(
    settings: Settings, now: datetime, *, fetch: Fetch | None = None, carrier: Carrier | None = None
) -> Iterator[Check]:
    """Make every check in turn; none raises. Stops early where the rest would be noise."""
    yield check_settings(settings)
    yield from check_words(settings)
    yield check_time_zones(now)
    yield from check_stored(settings, now)
    yield check_snapshot(settings, now)
    if settings.public_base_url and settings.auth_tokens:
        yield check_public_url(settings, fetch or post)
    if settings.twilio_account_sid and settings.twilio_api_key:
        carrier = carrier or Carrier(settings)
        yield check_carrier(carrier)
        if settings.text_messages:
            yield check_texts(settings, carrier)


def check_settings(settings: Settings) -> Check:
    """Whether everything calls need is set, and reachable from outside."""
    try:
        settings.ready_for_calls()
    except ConfigError as error:
        return _ill("settings", str(error), "Set them; see settings.md")
    parts = urlsplit(settings.public_base_url)
    if parts.scheme != "https" and parts.hostname not in HERE:
        return _ill(
            "settings",
            f"PUBLIC_BASE_URL={settings.public_base_url!r}: callers' numbers go in the clear",
            "Put a certificate before it and give its https address.",
        )
    return _well("settings", f"complete; auth tokens accepted: {len(settings.auth_tokens)}.")


def check_words(settings: Settings) -> Iterator[Check]:
    """Whether lines and prompts can be read, and the greeting is short."""
    try:
        book = lines.read(settings.line_file)
        yield _well("lines", f"{len(book.lines)} in {settings.line_file}.")
    except ConfigError as error:
        yield _ill("lines", str(error), "Correct that line.")
        return
    try:
        words = prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)
    except ConfigError as error:
        yield _ill("prompts", str(error), "Correct that line.")
        return
    yield _prompts_found(book, words)


def _prompts_found(book: LineBook, words: prompts.Prompts) -> Check:
    if words.recordings_missing:
        return _ill(
            "prompts",
            f"recordings are missing: {'; '.join(words.recordings_missing)}",
            "Put them there, or take them out of [recordings]; the voice speaks now.",
        )
    for line in book.lines.values():
        for language in line.languages:
            said = words.text(language, "greeting", **line.spoken_names(language))
            if len(said) > GREETING_SECONDS_MAX * SPOKEN_CHARS_PER_SECOND:
                return _ill(
                    "prompts",
                    f"{line.id}'s greeting ({language}) takes more than 6 seconds: {said!r}",
                    "Shorten it, or the line's public_name.",
                )
    return _well("prompts", f"complete in {', '.join(book.languages)}.")


def check_time_zones(now: datetime) -> Check:
    """Whether the rules of local time are recent: a shift is read with them."""
    version = metadata.version("tzdata")  # such as 2026.6
    year, _, issue = version.partition(".")
    published = datetime(int(year), min(12, int(issue.split(".")[0] or 1)), 1, tzinfo=UTC)
    old = now - published > TIME_ZONES_OLD
    if old:
        do = "Update the package tzdata: a changed rule moves a shift by an hour."
        return _ill("time zones", f"the rules are those of {version}", do)
    return _well("time zones", f"rules of {version}.")


def check_stored(settings: Settings, now: datetime) -> Iterator[Check]:
    """What the database says; nothing more than that it is down, when it is."""
    database = check_database(settings)
    yield database
    if not database.ok:
        return
    store = Store(settings.database_url)
    try:
        yield check_clock(store, now)
        yield check_roster(store, now)
    except StorageError as error:
        yield _ill("database", f"went away: {error}", "Look at the database's own log.")
    finally:
        store.close()


def check_database(settings: Settings) -> Check:
    """Whether the database answers and has this version's tables."""
    place = settings.database_url.rsplit("@", 1)[-1]  # without a password
    try:
        revision.check(settings.database_url)
    except (StorageError, OSError) as error:
        do = "Start it, or run `diversion release`, then look again."
        return _ill("database", f"{place}: {error}", do)
    return _well("database", f"{place}, tables at {revision.head()}.")


def check_clock(store: Store, now: datetime) -> Check:
    """Whether a clock process ticks, and agrees with this machine about the time."""
    with store.read() as rows:
        beat = rows.heartbeats.latest()
    if beat is None or now - beat.at > TICK_UNHEARD:
        last = f"last heard {_ago(now - beat.at)} ago" if beat else "never heard"
        do = "Start the Procfile's clock: without it no offer widens and no promise is kept."
        return _ill("clock", last, do)
    if beat.at - now > CLOCKS_APART:
        return _ill(
            "clock",
            f"{beat.process} is {_ago(beat.at - now)} ahead of this machine",
            "Set both machines' clocks by NTP.",
        )
    return _well("clock", f"{beat.process} ticks; a sweep takes {beat.seconds:.2f} s.")


def check_roster(store: Store, now: datetime) -> Check:
    """Whether somebody is on call now, and for the next two weeks."""
    until = now + ROSTER_AHEAD
    with store.read() as rows:
        people = {person.id: person.name for person in rows.people.all()}
        timeline = roster_book.timeline(rows, now, until)
    here = [people[person_id] for person_id in timeline.on("primary", now) if person_id in people]
    gaps = timeline.gaps(now, until, "primary", able=people.__contains__)
    if not here:
        do = "Add a shift on the roster page now; callers reach only backup phones and the partner."
        return _ill("roster", "nobody is on call", do)
    if gaps:
        start, end = gaps[0]
        return _ill(
            "roster",
            f"{len(gaps)} gaps in 14 days, the first {start:%Y-%m-%d %H:%M} to "
            f"{end:%Y-%m-%d %H:%M} UTC",
            "Fill them on the roster page.",
        )
    return _well("roster", f"{', '.join(here)} now; no gap in 14 days.")


def check_snapshot(settings: Settings, now: datetime) -> Check:
    """Whether people could be rung if the database went away now."""
    found = snapshot.read(settings, quiet=True)
    if found is None:
        do = "Start web and clock with this SNAPSHOT_DIR and SECRET_KEY; they write it each minute."
        return _ill("snapshot", f"none of ours at {snapshot.path(settings)}", do)
    age = now - found.written_at
    if age > SNAPSHOT_OLD:
        do = "Look at the clock's log: without the database an old roster would be rung."
        return _ill("snapshot", f"{_ago(age)} old", do)
    if not found.phones(now):
        do = "Give those on call a backup phone on the people page."
        words = "nobody on call has a phone: without the database only the partner line rings"
        return _ill("snapshot", words, do)
    return _well("snapshot", f"{_ago(age)} old, {len(found.phones(now))} phones on call now.")


def check_public_url(settings: Settings, fetch: Fetch) -> Check:
    """Whether a request signed for PUBLIC_BASE_URL arrives there and verifies (FAILURES C14)."""
    url = settings.public_base_url + SELFTEST
    form = {**TRICKY_FORM, "CallSid": "CA" + token_hex(16)}
    try:
        forged = fetch(url, form, {"X-Twilio-Signature": "A" * 27 + "="})
        signed = [
            fetch(url, form, {"X-Twilio-Signature": signature.sign(url, form.items(), token)})
            for token in settings.auth_tokens
        ]
    except OSError as error:
        do = "Is the web process up, and does this name lead to it?"
        return _ill("public address", f"{url}: {error}", do)
    return _public_url_found(url, forged, signed)


def _public_url_found(url: str, forged: int, signed: Iterable[int]) -> Check:
    name = "public address"
    for status in signed:
        if status in range(300, 400):
            do = "Give the address it redirects to: a redirect turns the carrier's POST into a GET."
            return _ill(name, f"{url} redirects ({status})", do)
        if status == FORBIDDEN:
            do = "PUBLIC_BASE_URL must be exactly what Twilio calls, and the auth token its own."
            return _ill(name, f"{url}: signature refused", do)
        if status != OK:
            do = "Look at the web process's log, and at the proxy before it."
            return _ill(name, f"{url} answers {status}", do)
    if forged != FORBIDDEN:
        do = "Something before us answers in our place: take no calls before that is gone."
        return _ill(name, f"{url} takes a forged request ({forged})", what_to_do=do)
    return _well(name, f"{url} verifies signatures.")


def check_carrier(carrier: Carrier) -> Check:
    """Whether the carrier accepts our key."""
    try:
        carrier.queue_members()
    except CarrierRefused as error:
        do = "Check TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET."
        return _ill("carrier", f"{error.words} ({error.code})", do)
    except CarrierError as error:
        do = "Try again; see status.twilio.com."
        return _ill("carrier", f"no clear answer: {error}", do)
    return _well("carrier", "accepts our key.")


def check_texts(settings: Settings, carrier: Carrier) -> Check:
    """Whether every text has its words, and every number tells us of the texts it gets."""
    name, received = "texts", f"{settings.public_base_url}/text/received"
    try:
        book = lines.read(settings.line_file)
        lacking = followups.read(settings.followup_file).texts.lacking(book.languages)
        entered = carrier.text_addresses()
    except ConfigError as error:
        return _ill(name, str(error), "Correct that line.")
    except CarrierError as error:
        return _ill(name, f"no clear answer: {error}", "Try again; see status.twilio.com.")
    if lacking:
        return _ill(name, f"no words for {', '.join(lacking)}", "Write them in FOLLOWUP_FILE.")
    deaf = [
        line.number
        for line in book.lines.values()
        if entered.get(line.number, "").partition("#")[0] != received
    ]
    if deaf:
        do = f"Enter {received} at Twilio as theirs for messages: nobody's STOP would be heard."
        return _ill(name, f"texts to {', '.join(deaf)} are not told to us", do)
    return _well(name, f"words in {', '.join(book.languages)}; STOP is heard on every line.")


def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> int:
    """POST a form as the carrier would; the status. Raises OSError."""
    import requests

    answer = requests.post(
        url, data=dict(form), headers=dict(headers), timeout=FETCH_SECONDS, allow_redirects=False
    )
    return answer.status_code


def _ago(span: timedelta) -> str:
    return str(span).split(".", maxsplit=1)[0]
