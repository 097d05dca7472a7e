"""What must be entered at Twilio by hand? The checklist, and the document of last resort."""

from collections.abc import Sequence

from config.lines import Line, LineBook
from config.prompts import Prompts
from config.settings import Settings
from telephony.twiml import safe, with_override

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
LAST_RESORT = """
The last resort, for when our machine is gone: one TwiML Bin for each line
  [ ] `diversion fallback LINE` prints the document; paste it into a new TwiML Bin.
  [ ] Enter the Bin's address as that number's "Primary handler fails".
  [ ] Dial the number with this machine switched off, and hear it work.
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
    numbers = [
        NUMBER.format(
            name=line.name,
            number=line.number,
            arrived=with_override(f"{base}/voice/arrived", voice),
            ended=with_override(f"{base}/voice/ended", status),
        )
        for line in book.lines.values()
    ]
    return "".join((ONCE, application, *numbers, LAST_RESORT))


def fallback_document(prompts: Prompts, line: Line, numbers: Sequence[str] = ()) -> str:
    """Print the document Twilio keeps for us: words, then people's numbers, the partner last."""
    reached = tuple(dict.fromkeys((*numbers, line.partner_number)))
    return safe(prompts, line.languages, reached, caller_id=line.number).decode("utf-8")
