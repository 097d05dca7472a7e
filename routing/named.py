"""Whom does a roster document speak of, at which place, and how by another name?"""

from collections.abc import Iterator, Mapping
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


def renamed(document: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a document that was parsed well with everybody named as `names` says."""
    people = document.get("people")
    rest = {part: _renamed(each, names) for part, each in document.items() if part != "people"}
    if people is None:
        return rest
    return rest | {"people": {names.get(name, name): facts for name, facts in people.items()}}


def _renamed(value: Any, names: Mapping[str, str], *, named: bool = False) -> Any:
    if isinstance(value, list):
        return [_renamed(each, names, named=named) for each in value]
    if isinstance(value, dict):
        return {field: _renamed(each, names, named=field in WHERE) for field, each in value.items()}
    return names.get(value, value) if named and isinstance(value, str) else value
