"""What do we ask of the carrier? Every REST request; the only user of twilio.rest.

Twilio in production; the same over HTTP to `settings.twilio_api_base_url` otherwise. Nothing
here retries: a create that timed out may have rung somebody's phone (TWILIO REST has no
idempotency key), so the errand behind it is settled by evidence instead.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from telephony.outcomes import CarrierBusy, CarrierRefused, outcome, question

if TYPE_CHECKING:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

TWIML_CHARS_MAX = 4_000  # of the Twiml parameter; a document we host may be larger
CALL_SECONDS_MAX = 86_400  # a long crisis call is not cut after the default four hours
ROWS_MAX = 200
PAGE_MAX = 1_000
MEMBERS_MAX = 5_000  # no queue of Twilio's is longer (Queue resource)
DOCUMENT_TOO_LONG = 32018
STATUS_EVENTS = ["initiated", "ringing", "answered", "completed"]
# The library logs every request with its numbers at INFO; they belong in no log.
QUIET = logging.getLogger("twilio.http_client")
QUIET.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class LegFound:
    """One call leg as the carrier knows it; `status` is its word (in-progress, completed, ...)."""

    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class TextFound:
    """One text message as the carrier knows it; `status` is its word (queued, delivered, ...)."""

    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class Member:
    """One leg in the carrier's waiting line, the head at position 1."""

    sid: str
    position: int
    waited_seconds: int


class Carrier:
    """The carrier's REST API in our words. Every method raises a CarrierError, and nothing else."""

    def __init__(self, settings: Settings, http_client: "TwilioHttpClient | None" = None) -> None:
        """Keep the settings; `http_client` stands in for the network in tests."""
        self._settings, self._http = settings, http_client
        self._queue_sid = ""

    # -- one leg ------------------------------------------------------------------------------

    def move(self, leg_sid: str, twiml: bytes, fallback_url: str) -> None:
        """Give a leg a new document, now. The document travels along: nothing is fetched."""
        text = twiml.decode("utf-8")
        if len(text) > TWIML_CHARS_MAX:
            raise CarrierRefused(DOCUMENT_TOO_LONG, f"{len(text)} characters")
        with outcome():
            self._client.calls(leg_sid).update(
                twiml=text, fallback_url=fallback_url, fallback_method="POST"
            )

    def end(self, leg_sid: str) -> None:
        """Hang up a leg, ringing or talking."""
        with outcome():
            self._client.calls(leg_sid).update(status="completed")

    def ring(
        self,
        to: str,
        from_: str,
        *,
        url: str,
        status_url: str,
        fallback_url: str,
        timeout_seconds: int = 25,
    ) -> str:
        """Ring a phone; whoever answers gets the document at `url`. Returns the leg's sid."""
        with outcome():
            leg = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                fallback_url=fallback_url,
                fallback_method="POST",
                status_callback=status_url,
                status_callback_event=STATUS_EVENTS,
                status_callback_method="POST",
                timeout=timeout_seconds,
                time_limit=CALL_SECONDS_MAX,
            )
            return str(leg.sid)

    @question
    def leg(self, sid: str) -> str:
        """The status of a leg; CarrierRefused with `gone` when the carrier never heard of it."""
        with outcome():
            return str(self._client.calls(sid).fetch().status)

    @question
    def dialled_by(self, leg_sid: str) -> list[LegFound]:
        """The legs that this one's documents have dialled, ended ones too."""
        with outcome():
            legs = self._client.calls.list(parent_call_sid=leg_sid, limit=ROWS_MAX)
            return [LegFound(str(leg.sid), str(leg.status)) for leg in legs]

    def find(self, to: str, from_: str, since: datetime) -> list[LegFound]:
        """Legs rung since then, newest first: the evidence after an unknown outcome.

        Not by StartTime: a call that is queued or ringing has none yet (Call resource).
        """
        with outcome():
            legs = self._client.calls.list(to=to, from_=from_, limit=ROWS_MAX)
            young = [leg for leg in legs if leg.date_created and leg.date_created >= since]
            return [LegFound(str(leg.sid), str(leg.status)) for leg in young]

    # -- one text message ---------------------------------------------------------------------

    def send_text(self, to: str, from_: str, words: str, *, status_url: str) -> str:
        """Send a text message; returns its sid. What becomes of it is told to `status_url`."""
        with outcome():
            text = self._client.messages.create(
                to=to, from_=from_, body=words, status_callback=status_url
            )
            return str(text.sid)

    def find_texts(self, to: str, from_: str, since: datetime) -> list[TextFound]:
        """Texts of ours created since then, newest first: the evidence after an unknown outcome.

        Not by DateSent: what is queued has none yet. What answered a text is none of these.
        """
        with outcome():
            texts = self._client.messages.list(to=to, from_=from_, limit=ROWS_MAX)
            young = [text for text in texts if text.date_created and text.date_created >= since]
            ours = [text for text in young if str(text.direction) == "outbound-api"]
            return [TextFound(str(one.sid), str(one.status)) for one in ours]

    def text_addresses(self) -> dict[str, str]:
        """Where the texts that each of our numbers gets are told, as the carrier has it."""
        with outcome():
            numbers = self._client.incoming_phone_numbers.list(limit=ROWS_MAX)
            return {str(one.phone_number): str(one.sms_url or "") for one in numbers}

    # -- one room -----------------------------------------------------------------------------

    @question
    def in_room(self, room: str) -> dict[str, str]:
        """Who is in a conference: the leg's sid by label (by sid where a leg has no label)."""
        with outcome():
            sid = self._room_sid(room)
            if not sid:
                return {}
            legs = self._client.conferences(sid).participants.list(limit=ROWS_MAX)
            return {str(leg.label or leg.call_sid): str(leg.call_sid) for leg in legs}

    def hold(self, room: str, label: str, on: bool, hold_url: str = "") -> None:
        """Put one leg of a conference on hold, hearing `hold_url`, or bring it back."""
        extra = {"hold_url": hold_url, "hold_method": "POST"} if on and hold_url else {}
        self._participant(room, label, hold=on, **extra)

    def mute(self, room: str, label: str, on: bool) -> None:
        """Mute one leg of a conference, or let it be heard again."""
        self._participant(room, label, muted=on)

    def coach(self, room: str, label: str, leg_sid: str = "", *, muted: bool = False) -> None:
        """Let one leg of a conference be heard by `leg_sid` alone ("": by all), or by nobody."""
        if leg_sid:
            self._participant(room, label, muted=muted, coaching=True, call_sid_to_coach=leg_sid)
        else:
            self._participant(room, label, muted=muted, coaching=False)

    # -- the waiting line ---------------------------------------------------------------------

    @question
    def queue_members(self) -> list[Member]:
        """Who waits in the carrier's line, head first; empty when the line was never used."""
        with outcome():
            if not self._queue_sid:
                name = self._settings.queue_name
                queues = self._client.queues.list(limit=ROWS_MAX)
                found = (queue.sid for queue in queues if queue.friendly_name == name)
                self._queue_sid = str(next(found, ""))
            if not self._queue_sid:
                return []
            members = self._client.queues(self._queue_sid).members.list(
                limit=MEMBERS_MAX, page_size=PAGE_MAX
            )
            rows = [Member(str(m.call_sid), m.position or 0, m.wait_time or 0) for m in members]
            return sorted(rows, key=lambda member: member.position)

    # -- below --------------------------------------------------------------------------------

    def warm(self) -> None:
        """Load the library now (half a second) rather than in the first errand."""
        _ = self._client

    @cached_property
    def _client(self) -> "Client":
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        given = self._settings
        http = self._http or TwilioHttpClient(timeout=given.carrier_timeout_seconds, logger=QUIET)
        client = Client(  # type: ignore[no-untyped-call]
            given.twilio_api_key,
            given.twilio_api_secret.get_secret_value(),
            given.twilio_account_sid,
            http_client=http,
        )
        if given.twilio_api_base_url:
            client.api.base_url = given.twilio_api_base_url
        return client

    def _room_sid(self, room: str) -> str:
        """A conference's sid: given as such, or looked up by its name.

        A room with one person in it is "init", not yet "in-progress" (Conference resource).
        """
        if room.startswith("CF"):
            return room
        found = self._client.conferences.list(friendly_name=room, limit=ROWS_MAX)
        return next((str(one.sid) for one in found if str(one.status) != "completed"), "")

    def _participant(self, room: str, label: str, **change: Any) -> None:
        with outcome():
            sid = self._room_sid(room)
            if not sid:
                # Lists by name lag behind (Twilio's changelog, August 2023).
                raise CarrierBusy(f"{room} is not listed")
            self._client.conferences(sid).participants(label).update(**change)
