"""What is a mobile crew told, and in which words is a visit spoken of?

The details are all that leaves the house with a visit: neither the record nor who called.
"""

from collections.abc import Mapping

from care.questions import Question

KINDS = {
    "first": "First response: we go, nobody else does",
    "second": "Second response: police or an ambulance are there and ask for us",
    "after": "After the event: a visit later",
}
OUTCOMES = {
    "settled": "Settled where they are",
    "centre": "Came with us to a crisis center",
    "hospital": "Went to a hospital",
    "passed_on": "Police or an ambulance took over",
    "refused": "Did not want us",
    "gone": "Nobody was there",
}
LEAVING = {  # why a clinician ends the call, or hands it over, before the crew is there
    "caller": "The caller wants to end the call",
    "company": "Somebody they trust is with them",
    "colleague": "Somebody else stays on the line with them",
    "responders": "Police or an ambulance are with them",
    "unsafe": "Talking puts them in danger",
    "emergency": "An emergency: no time to say",
}
AFTERWARDS = {  # the same, said when it is over
    "cut_off": "The connection broke off",
    "hung_up": "The caller hung up first",
    **LEAVING,
}

FIELDS: tuple[Question, ...] = (
    Question("place", "Where to", 300, hint="Street, number, floor"),
    Question("risk", "What is dangerous there", 500, hint="Weapons, people, animals, illness"),
    Question("situation", "What is happening", 1000),
    Question("person", "Whom to ask for", 120),
    Question("access", "Way in, meeting point", 200),
    Question("number", "Number to call", 32, hint="If they agreed"),
    Question("when", "When, if not now", 80),
)
NAMES = tuple(field.name for field in FIELDS)
LABELS = {field.name: field.label for field in FIELDS}
NEEDED = {
    "place": "Say where to.",
    "risk": "Say what is dangerous; “nothing known” if so.",
    "situation": "Say what is happening.",
}
WORDS_MOST = 500


def refused(facts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the details: field -> a sentence."""
    wrong = {name: "There is no such field." for name in facts if name not in NAMES}
    for field in FIELDS:
        value = facts.get(field.name, "")
        if not value and field.name in NEEDED:
            wrong[field.name] = NEEDED[field.name]
        elif value and (why := field.refuses(value)):
            wrong[field.name] = why
    return wrong
