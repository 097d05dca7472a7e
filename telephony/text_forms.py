"""What did the carrier tell us about a text message?

Twilio's pages "TwiML for Programmable Messaging" and "Track outbound message status".
"""

import re
from dataclasses import dataclass

from telephony.forms import SID, Fields, dialable, dialled

ENDS = ("delivered", "undelivered", "failed")
ON_ITS_WAY = ("accepted", "queued", "sending", "sent")
UNSUBSCRIBED = "21610"
E164 = r"\+[1-9][0-9]{6,14}"


@dataclass(frozen=True, slots=True)
class TextFacts:
    """A text that came in. Its words are looked at once and kept nowhere."""

    sid: str
    number: str | None  # whose it is, in E.164; None: a short code, which is no person's
    to: str
    body: str
    opt_out: str  # stop, start or help where the carrier has answered by itself; else ""


@dataclass(frozen=True, slots=True)
class TextNews:
    """What became of a text of ours: `status` is one of ENDS or ON_ITS_WAY."""

    sid: str
    status: str
    code: str  # the carrier's error code; "" for none


def received(fields: Fields) -> TextFacts | None:
    """Read a text that came in; None: the form is about none."""
    sid = _sid(fields)
    if not sid:
        return None
    shown = fields.get("From", "")
    return TextFacts(
        sid=sid,
        number=shown if re.fullmatch(E164, shown) and dialable(shown) else None,
        to=dialled(fields.get("To", "")),
        body=fields.get("Body", ""),
        opt_out=fields.get("OptOutType", "").lower(),
    )


def news(fields: Fields) -> TextNews | None:
    """Read what became of a text of ours; None: the form does not say."""
    sid, status = _sid(fields), fields.get("MessageStatus", "")
    if not sid or status not in (*ENDS, *ON_ITS_WAY):
        return None
    code = fields.get("ErrorCode", "")
    return TextNews(sid, status, code if re.fullmatch("[0-9]{1,8}", code) else "")


def _sid(fields: Fields) -> str:
    sid = fields.get("MessageSid", "")
    return sid if re.fullmatch(SID, sid) else ""
