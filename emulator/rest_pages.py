"""How are lists cut into pages, filtered and dated, and one of their things read and changed?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from emulator import reading
from emulator.errors import RestFailure
from emulator.notices import rfc2822
from emulator.rest import Ask, Json, RestResponse, not_found, route

T = TypeVar("T")
PAGE_SIZE, PAGE_SIZE_MAX = 50, 1000


def date(at: datetime | None) -> str | None:
    return None if at is None else rfc2822(at.replace(microsecond=0))


def page(
    ask: Ask, name: str, path: str, things: Sequence[T], show: Callable[[T], Json]
) -> RestResponse:
    """One page of `things` under the key `name`; `path` is below the account, without .json."""
    size = min(max(1, _whole(ask, "PageSize", PAGE_SIZE)), PAGE_SIZE_MAX)
    number = _whole(ask, "Page", 0)
    start = number * size
    some = things[start : start + size]

    def uri(wanted: int) -> str:
        kept = [
            pair for pair in ask.request.query if pair[0] not in ("Page", "PageSize", "PageToken")
        ]
        token = [("PageToken", f"PA{wanted:032x}")] if wanted else []
        query = urlencode([*kept, ("PageSize", size), ("Page", wanted), *token])
        return f"{ask.base}{path}.json?{query}"

    return RestResponse(
        200,
        {
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if start + size < len(things) else None,
            "previous_page_uri": uri(number - 1) if number else None,
            "uri": uri(number),
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, start + len(some) - 1),
            name: [show(thing) for thing in some],
        },
    )


def _whole(ask: Ask, name: str, default: int) -> int:
    text = ask.query.get(name, str(default))
    number = reading.whole(text)
    if number is None:
        raise RestFailure(400, 20006, f"Invalid {name}: {text}")
    return number


def check_dates(ask: Ask, *names: str) -> None:
    """Refuse a filter that is no date, whether or not there is anything to filter."""
    for key, wanted in ask.query.items():
        if wanted and key.rstrip("<>=") in names:
            _instant(wanted)


def within(ask: Ask, name: str, at: datetime | None) -> bool:
    """Whether an instant passes the filters `name`, `name<` and `name>` (both inclusive)."""
    for key, wanted in ask.query.items():
        if key.rstrip("<>=") != name or not wanted:
            continue
        if at is None:
            return False
        limit, is_day = _instant(wanted)
        shown = at.replace(hour=0, minute=0, second=0, microsecond=0) if is_day else at
        sign = key.removeprefix(name)[:1]
        if sign == "<":
            fits = shown <= limit
        elif sign == ">":
            fits = shown >= limit
        else:
            fits = shown == limit
        if not fits:
            return False
    return True


def _instant(text: str) -> tuple[datetime, bool]:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RestFailure(400, 20001, f"Invalid date: {text}") from error
    return at.replace(tzinfo=at.tzinfo or UTC), len(text) == len("2026-11-01")


def equal(ask: Ask, name: str, value: str) -> bool:
    """Whether a filter is absent or met."""
    wanted = ask.query.get(name)
    return wanted is None or wanted == value


def found(ask: Ask, things: Mapping[str, T]) -> T:
    """The thing whose sid the path names."""
    thing = things.get(ask.ids[0])
    if thing is None:
        raise not_found(ask.request.path)
    return thing


def one_of(
    path: str,
    find: Callable[[Ask], T],
    show: Callable[[Ask, T], Json],
    change: Callable[[Ask, T], object],
    delete: Callable[[Ask, T], None],
) -> None:
    """Offer to read, change and delete one thing of the list at `path`, as every resource does."""

    @route("GET", f"{path}/{{}}")
    def read(ask: Ask) -> RestResponse:
        return RestResponse(200, show(ask, find(ask)))

    @route("POST", f"{path}/{{}}")
    def update(ask: Ask) -> RestResponse:
        thing = find(ask)
        change(ask, thing)
        return RestResponse(200, show(ask, thing))

    @route("DELETE", f"{path}/{{}}")
    def remove(ask: Ask) -> RestResponse:
        delete(ask, find(ask))
        return RestResponse(204)
