"""What does the flow table look like to a reader? Prints docs/call-flow.md."""

from inspect import getdoc

from ivr.call import Stage
from ivr.events import EVENTS
from ivr.flow import ANYWHERE, FLOW, stay
from ivr.guest_events import GUEST_EVENTS

HEAD = """# The life of one call

Printed from the table in `ivr/flow.py` by `python -m ivr.diagram > docs/call-flow.md`;
a test keeps it fresh. An event that is not in a stage's rows keeps everybody where they are, gets
its leg a safe answer, and is written to the journal as a surprise.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *(_section(stage) for stage in Stage), _anywhere()])


def _section(stage: Stage) -> str:
    rows = [
        f"| {event.__name__} | {_words(handler)} |"
        for event in (*EVENTS, *GUEST_EVENTS)
        if (handler := FLOW[stage].get(event))
    ]
    return "\n".join([f"## {stage.value}\n", "| when | then |", "|---|---|", *rows, ""])


def _anywhere() -> str:
    rows = [f"| {event.__name__} | {_words(handler)} |" for event, handler in ANYWHERE.items()]
    rows.append(f"| anything else | {_words(stay)} |")
    return "\n".join(["## In every stage\n", "| when | then |", "|---|---|", *rows, ""])


def _words(handler: object) -> str:
    return (getdoc(handler) or "").split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
