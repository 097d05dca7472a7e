"""What must be entered at Twilio by hand? The checklist, and the document of last resort."""

from config.lines import LineBook
from config.settings import Settings
from telephony.twiml import with_override

ONCE = """\
Once for the account
  [ ] An approved Business Primary Customer Profile: other profiles allow few calls at once.
  [ ] Voice, Settings: geographic permissions for the countries you call, and no other.
  [ ] Voice, Settings: calls per second at least 1; more for many backup phones.
  [ ] An API key (Standard): TWILIO_API_KEY and TWILIO_API_SECRET.
  [ ] No recording and no transcription switched on for any number.
"""
APPLICATION = """
The TwiML application, {sid}
  [ ] Voice request URL    POST  {desk}
  [ ] Fallback URL         POST  {fallback}
"""
NUMBER = """
{name}, {number}
  [ ] A call comes in      POST  {arrived}
  [ ] Primary handler fails      the address of this line's TwiML Bin (see below)
  [ ] Call status changes  POST  {ended}
"""
READY = """
{name}, {number}: only says how many are ready
  [ ] A call comes in      POST  {arrived}
  [ ] Call status changes  POST  {ended}
"""
TEXTS = """
Text messages (TEXT_MESSAGES is on)
  [ ] Once: register brand and campaign for these numbers (A2P 10DLC), or texts are refused.
  [ ] Each number, A message comes in   POST  {received}
  [ ] Leave Twilio's own handling of STOP, START and HELP on: it blocks at the source, too.
"""
LAST_RESORT = """
The last resort, for when our machine is gone: TwiML Bins, in this order
  [ ] Once: `diversion fallback LINE --part accept`; paste what it prints into a new TwiML Bin.
  [ ] Once: `diversion fallback LINE --part screen --accept-url BIN`, with that Bin's address.
  [ ] Each line: `diversion fallback LINE --screen-url BIN`, with the address of the one before.
  [ ] Enter that third address as the number's "Primary handler fails".
  [ ] Dial the number with this machine switched off: a phone rings, and asks for a key.
"""


def checklist(settings: Settings, book: LineBook) -> str:
    """Print what to enter at Twilio for this installation, one box for each step."""
    voice, status = settings.voice_url_override, settings.status_url_override
    base = settings.public_base_url
    application = APPLICATION.format(
        sid=settings.twilio_twiml_app_sid or "(not made yet: TWILIO_TWIML_APP_SID)",
        desk=with_override(f"{base}/voice/desk", voice),
        fallback=with_override(f"{base}/voice/fallback", voice),
    )
    urls = {
        "arrived": with_override(f"{base}/voice/arrived", voice),
        "ended": with_override(f"{base}/voice/ended", status),
    }
    numbers = [
        NUMBER.format(name=line.name, number=line.number, **urls) for line in book.lines.values()
    ]
    beacons = [
        READY.format(name=line.name, number=number, **urls)
        for number, line in book.by_ready_number.items()
    ]
    received = with_override(f"{base}/text/received", status)
    texts = TEXTS.format(received=received) if settings.text_messages else ""
    return "".join((ONCE, application, *numbers, *beacons, texts, LAST_RESORT))
