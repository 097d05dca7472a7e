"""Which tables are there, and what does each column mean?

Times are aware UTC (`Instant`); identifiers that leave the house are random text (`ids.new`).
An index names the reader it serves.
"""

from storage.tables.calls import calls, errands, journal, offers, traces
from storage.tables.columns import Answers, Guests, Instant, Serial, metadata
from storage.tables.crews import crew_visits, crews
from storage.tables.house import audit, changes, heartbeats
from storage.tables.linkage import directory, directory_services, referrals
from storage.tables.people import desks, people, people_roles, roles
from storage.tables.promises import attempts, followups, tasks, text_numbers, texts
from storage.tables.records import handoff_cards, psap_keys, records, rescues, response_plans
from storage.tables.roster import (
    cover_requests,
    notices,
    roster_drafts,
    roster_feeds,
    rosters,
    shift_confirmations,
    time_off_requests,
)

__all__ = [
    "Answers",
    "Guests",
    "Instant",
    "Serial",
    "attempts",
    "audit",
    "calls",
    "changes",
    "cover_requests",
    "crew_visits",
    "crews",
    "desks",
    "directory",
    "directory_services",
    "errands",
    "followups",
    "handoff_cards",
    "heartbeats",
    "journal",
    "metadata",
    "notices",
    "offers",
    "people",
    "people_roles",
    "psap_keys",
    "records",
    "referrals",
    "rescues",
    "response_plans",
    "roles",
    "roster_drafts",
    "roster_feeds",
    "rosters",
    "shift_confirmations",
    "tasks",
    "text_numbers",
    "texts",
    "time_off_requests",
    "traces",
]
