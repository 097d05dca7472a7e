"""What of a roster's document is over, and need not be carried on?"""

from datetime import datetime, timedelta
from typing import Any

LEEWAY = timedelta(days=40)  # longest shift and its zone: a pattern or a swap may still be running
DATED = ("one_offs", "overrides", "exact_plans", "time_off", "closures")


def without_past(document: dict[str, Any], before: datetime) -> dict[str, Any]:
    """Return the document without what ended before an instant; the same one if nothing did.

    Answers for any instant from `before` on stay exactly what they were.
    """
    day = (before - LEEWAY).date().isoformat()
    kept = {
        part: [each for each in document.get(part) or () if _ends(each) > before] for part in DATED
    }
    kept["swaps"] = [each for each in document.get("swaps") or () if each["date"] >= day]
    kept["patterns"] = [
        each for each in document.get("patterns") or () if (each.get("until") or "9999") > day
    ]
    same = all(len(kept[part]) == len(document.get(part) or ()) for part in kept)
    return document if same else document | {p: kept[p] for p in kept if p in document}


def _ends(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["end"])
