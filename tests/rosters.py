"""How does a test put somebody on call? By an extra shift in the roster's document."""

from datetime import datetime

from storage.store import Rows, Store
from switchboard import roster_book


def promise(store: Store, person_id: str, tier: str, start: datetime, end: datetime) -> None:
    """Keep one shift more, in a transaction of its own."""
    with store.begin() as rows:
        promised(rows, person_id, tier, start, end)


def promised(rows: Rows, person_id: str, tier: str, start: datetime, end: datetime) -> None:
    number, book = roster_book.newest(rows)
    document = book.document if number else {"zone": "America/Chicago"}
    shift = {
        "tier": tier,
        "person": person_id,
        "start": start.isoformat(),
        "end": end.isoformat(),
    }
    wanted = document | {"one_offs": [*document.get("one_offs", ()), shift]}
    roster_book.save(rows, wanted, "test", "a test's shift", rows.roster.now(), based_on=number)
