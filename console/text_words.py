"""What is said of a text message on a page?"""

from storage.values import TextMessage
from switchboard.text_sending import reason

STATES = {
    "owed": "Reminder: about to be sent",
    "sent": "Reminder: sent",
    "delivered": "Reminder: delivered",
    "undelivered": "Reminder: not delivered",
    "failed": "Reminder: not sent",
    "dropped": "No reminder",
}
ASKED = {
    "stop": "They wrote STOP: no more texts",
    "start": "They wrote START: texts again",
    "help": "They asked for help",
    "other": "They texted; nobody reads texts",
}
ANSWERED = {  # what was said to a text that asked for help, or for nothing that we know
    None: "our answer said where to call",
    "told_lately": "not answered again, our answer of that day said where to call",
    "off": "not answered, texts are switched off",
}
REASONS = {
    "no_consent": "consent had ended",
    "opted_out": "they had written STOP",
    "too_many": "this number had enough texts lately",
    "just_promised": "it was promised only just before",
    "just_told": "one went only minutes before",
    "outside_hours": "it was night",
    "too_early": "the call was put off",
    "too_late": "it was too late for it",
    "over": "the call was made, or the promise had ended",
    "off": "texts were switched off",
    "not_sent": "the carrier knows nothing of it",
}


def text_words(text: TextMessage) -> str:
    """Say what was sent or came in, and why not; never what anybody wrote."""
    if text.state == "received":
        asked = ASKED.get(text.kind, text.kind)
        return f"{asked}: {ANSWERED[text.why]}" if text.kind in ("help", "other") else asked
    said = STATES.get(text.state, text.state)
    if not text.why:
        return said
    return f"{said}: {reason(text) or REASONS.get(text.why, text.why)}"
