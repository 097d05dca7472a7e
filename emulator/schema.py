"""What is wrong with a document that can be read, and which of its verbs must not be performed?

Twilio's "Error and Warning Dictionary". Wrong values are taken out, so that the default holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from emulator.attributes import CHILDREN, RULES, SCHEMA_WARNING, WITHIN_GATHER

NOUNS_MAX = 10
SPEECH_INVALID = 13520
MIXED_NOUNS, SPEECH_TIMEOUT_WITH_MODEL = 13000, 13335


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry for the error log; `fatal`: the verb it stands in fails."""

    code: int
    message: str
    fatal: bool = False


Faults = Mapping[ET.Element, tuple[Fault, ...]]


def examine(verbs: tuple[ET.Element, ...]) -> Faults:
    """By verb what is wrong with it and all within it; wrong values are removed as they are met."""
    found = {verb: tuple(_within(verb, "")) for verb in verbs}
    return {verb: faults for verb, faults in found.items() if faults}


def _within(element: ET.Element, parent: str) -> Iterator[Fault]:
    yield from _values(element, parent)
    yield from _together(element)
    if element.tag == "Say":
        return  # what stands inside is SSML
    allowed, code = CHILDREN.get(element.tag, (None, SCHEMA_WARNING))
    for child in list(element):
        if not isinstance(child.tag, str):
            continue
        if allowed is not None and child.tag not in allowed:
            yield Fault(code, f"{element.tag}: invalid nested element <{child.tag}>")
        else:
            yield from _within(child, element.tag)


def _values(element: ET.Element, parent: str) -> Iterator[Fault]:
    rules = RULES.get(element.tag)
    if rules is None:
        return
    for name, value in list(element.attrib.items()):
        rule = rules.get(name)
        if rule is None:
            del element.attrib[name]
            yield Fault(SCHEMA_WARNING, f"schema validation warning: {element.tag} has no {name}")
        elif not rule.holds(value):
            del element.attrib[name]
            code = rule.code
            if parent == "Gather":
                code = WITHIN_GATHER.get((element.tag, name), code)
            yield Fault(code, f"{element.tag}: invalid {name} value {value!r}", rule.fatal)


def _together(element: ET.Element) -> Iterator[Fault]:
    """What is wrong with a combination."""
    model = element.get("speechModel", "default")
    if element.tag == "Gather" and element.get("speechTimeout") == "auto" and model != "default":
        del element.attrib["speechTimeout"]
        yield Fault(
            SPEECH_TIMEOUT_WITH_MODEL, f"Gather: speechTimeout auto does not go with {model}"
        )
    if element.tag == "Dial":
        nouns = [child.tag for child in element]
        if "Conference" in nouns and len(nouns) > 1:
            yield Fault(MIXED_NOUNS, "Dial: Conference cannot be mixed with other nouns")
        elif len(nouns) > NOUNS_MAX and element.get("sequential") != "true":
            yield Fault(SCHEMA_WARNING, f"Dial: only the first {NOUNS_MAX} are dialled")
