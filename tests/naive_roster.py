"""Who is on call, worked out the slow and obvious way: the roster tests' second opinion.

Reads the exchange document itself and shares nothing with routing/. An instant of a wall clock
is found by walking minutes; whose turn it is, by counting days one by one.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
at = datetime.fromisoformat


@cache
def first_instant(local, zone):
    """Walk from well before, minute by minute, to the first that reads at least `local`.

    No clock goes back by as much as three hours.
    """
    moment = local.replace(tzinfo=UTC) - timedelta(hours=30)
    while moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < local - timedelta(hours=3):
        moment += timedelta(hours=1)
    while moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < local:
        moment += MINUTE
    return moment


def on_call(document, tier, moment):
    """Return the set on call, or None when closed."""
    if any(
        covers(one, moment) and tier in one.get("tiers", [tier]) for one in document["closures"]
    ):
        return None
    plans = [one for one in document["exact_plans"] if one["tier"] == tier and covers(one, moment)]
    if plans:
        scheduled = {s["person"] for plan in plans for s in plan["shifts"] if covers(s, moment)}
    else:
        scheduled = by_patterns(document, tier, moment)
        scheduled |= {
            one["person"]
            for one in document["one_offs"]
            if one["tier"] == tier and covers(one, moment)
        }
    result = set(scheduled)
    live = [one for one in document["overrides"] if acts_on(one, tier) and covers(one, moment)]
    for one in live:
        if one["kind"] != "add" and one["person"] in scheduled:
            result.discard(one["person"])
    for one in live:
        if one["kind"] == "replace" and one["person"] in scheduled:
            result.add(one["by"])
        if one["kind"] == "add":
            result.add(one["person"])
    return result - {one["person"] for one in document["time_off"] if covers(one, moment)}


def acts_on(override, tier):
    """Without a tier an addition is to the first, and the others act wherever somebody is."""
    return tier == override.get("tier", "primary" if override["kind"] == "add" else tier)


def covers(entry, moment):
    return at(entry["start"]) <= moment < at(entry["end"])


def by_patterns(document, tier, moment):
    found = set()
    for pattern in document["patterns"]:
        zone = pattern.get("zone", document["zone"])
        today = moment.astimezone(ZoneInfo(zone)).date()
        for back in range(-2, 6):
            day = today - back * DAY
            if pattern["tier"] == tier and happens(pattern, day):
                start, end = span(pattern, day, zone)
                if start <= moment < end:
                    found |= set(people(document, pattern, day))
    return found


def span(pattern, day, zone):
    start, end = local(day, pattern["start"]), local(day, pattern["end"])
    later = pattern.get("end_days", 0 if end > start else 1)
    overlap = pattern.get("overlap_minutes", 0) * MINUTE
    return first_instant(start, zone), first_instant(end + later * DAY, zone) + overlap


def local(day, clock):
    hours, minutes = map(int, clock.split(":"))
    return datetime.combine(day, time()) + timedelta(hours=hours, minutes=minutes)


def happens(pattern, day):
    if day.isoformat() in pattern.get("except_dates", []):
        return False
    if "from" in pattern and day < date.fromisoformat(pattern["from"]):
        return False
    if "until" in pattern and day >= date.fromisoformat(pattern["until"]):
        return False
    return named_by_rule(pattern, day)


def named_by_rule(pattern, day):
    if DAYS[day.weekday()] not in pattern.get("days", DAYS):
        return False
    if "only_dates" in pattern and day.isoformat() not in pattern["only_dates"]:
        return False
    if "every_weeks" in pattern:
        begin = date.fromisoformat(pattern["from"])
        weeks = ((day - day.weekday() * DAY) - (begin - begin.weekday() * DAY)).days // 7
        if weeks % pattern["every_weeks"]:
            return False
    if "nth" in pattern:
        month = [date(day.year, day.month, 1) + n * DAY for n in range(31)]
        same = [d for d in month if d.month == day.month and d.weekday() == day.weekday()]
        if not any(
            -len(same) <= n - (n > 0) < len(same) and same[n - (n > 0)] == day
            for n in pattern["nth"]
        ):
            return False
    return True


def people(document, pattern, day):
    return swapped(document, pattern, day)[0]


def swapped(document, pattern, day):
    """Return who has the shift, and the ids of swaps that found nobody to act on."""
    own = list(
        turn(pattern["rotation"], pattern, day) if "rotation" in pattern else pattern["people"]
    )
    taken, lost = [], []  # what was taken over from somebody
    for swap in document["swaps"]:
        if swap["pattern"] != pattern.get("id") or swap["date"] != day.isoformat():
            continue
        pile = own if swap["person"] in own else taken
        if swap["person"] in pile:
            pile.remove(swap["person"])
            taken.append(swap["by"])
        else:
            lost.append(swap["id"])
    return own + taken, lost


def orphans(document):
    lost = set()
    for swap in document["swaps"]:
        day = date.fromisoformat(swap["date"])
        found = [one for one in document["patterns"] if one.get("id") == swap["pattern"]]
        if not found or not happens(found[0], day):
            lost.add(swap["id"])
        else:
            lost |= set(swapped(document, found[0], day)[1])
    return [swap["id"] for swap in document["swaps"] if swap["id"] in lost]


def turn(rotation, pattern, day):
    """Walk day by day from the anchor and count what the turn counts."""
    anchor, count = date.fromisoformat(rotation["anchor"]), 0
    step = DAY if day > anchor else -DAY
    walker = anchor
    while walker != day:
        passed = walker if step == DAY else walker + step
        reached = walker + step if step == DAY else walker
        if (
            rotation["turn"] == "day"
            or (rotation["turn"] == "shift" and named_by_rule(pattern, passed))
            or (rotation["turn"] == "month" and reached == of_month(reached, anchor.day))
        ):
            count += step.days
        walker += step
    if rotation["turn"] == "week":
        count = (day - anchor).days // 7
    return rotation["groups"][count // rotation.get("every", 1) % len(rotation["groups"])]


def of_month(day, wanted):
    """Return the day of that month on which a month's turn begins: the 31st may be the 28th."""
    last = (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    return day.replace(day=min(wanted, last.day))
