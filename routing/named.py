"""Whom does a roster document speak of, and at which place?"""

from collections.abc import Iterator
from typing import Any

WHERE = {"person", "by", "people", "groups"}


def names(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (place, name) of everybody a document that was parsed well speaks of."""
    if isinstance(document, list):
        for index, each in enumerate(document):
            yield from names(each, f"{path}[{index}]")
    elif isinstance(document, dict):
        for field, value in document.items():
            place = f"{path}.{field}" if path else field
            if place == "people":
                yield from ((f"people.{name}", name) for name in value or ())
            elif field in WHERE:
                yield from _strings(value, place)
            else:
                yield from names(value, place)


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    for index, each in enumerate(value if isinstance(value, list) else ()):
        yield from _strings(each, f"{path}[{index}]")
