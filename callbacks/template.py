"""Which plan was promised, and when does each of its attempts fall due?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.plan import Facts, next_window
from callbacks.window import HOUSE, House, Window


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of promise: due between `opens_after` and `closes_after` the contact.

    `attempts_max` dials at most, `spacing` or more apart. `urgent`: weekends and holidays too.
    """

    name: str
    label: str
    opens_after: timedelta
    closes_after: timedelta
    attempts_max: int
    spacing: timedelta
    urgent: bool

    def facts(self, zone: str, best_from: str, best_until: str) -> Facts:
        """What the plan looks at before the first attempt. Times are HH:MM in `zone`."""
        return Facts(
            "followup",
            zone,
            best_from,
            best_until,
            attempts_made=0,
            attempts_max=self.attempts_max,
            spacing=self.spacing,
            urgent=self.urgent,
        )


def first_window(template: Template, facts: Facts, since: datetime, house: House = HOUSE) -> Window:
    """Return the due window of a promise made at `since`: the first permitted one of its span.

    A span that holds none (a run of holidays) is due in the first window after it.

    Raises:
        NoWindow: the house's hours leave none.
    """
    start, end = next_window(facts, since + template.opens_after, house)
    limit = since + template.closes_after
    return start, min(end, limit) if start < limit else end


def outlook(
    template: Template, facts: Facts, since: datetime, house: House = HOUSE
) -> Iterator[Window]:
    """Yield the windows of all attempts, if nobody ever picks up and each is made as it opens."""
    window = first_window(template, facts, since, house)
    for made in range(1, template.attempts_max + 1):
        yield window
        if made < template.attempts_max:
            window = next_window(replace(facts, attempts_made=made), window[0], house)
