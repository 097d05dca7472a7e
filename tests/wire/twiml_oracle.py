"""Would Twilio accept this document? Its own schema, and its SDK's table of attributes."""

import json
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import xmlschema

# What Twilio documents and its schema of 2023 does not know yet; the table knows all of it.
NOT_IN_SCHEMA = {("Conference", "participantLabel"), ("Say", "voice")}
VERBS_NOT_IN_SCHEMA = {"Leave"}


@cache
def schema(folder: Path) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(
        folder / "twiml_xsd" / "twiml_v20100401_twilioRealtimeCallSchema.xsd"
    )


@cache
def table(folder: Path) -> dict:
    return json.loads((folder / "twiml_attributes.json").read_text(encoding="utf-8"))


@cache
def refusals(document: bytes, oracles: Path) -> list[str]:
    """One sentence for each thing Twilio would not accept."""
    root = ET.fromstring(document)
    found = list(_table_refusals(root, table(oracles)))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in VERBS_NOT_IN_SCHEMA:
                parent.remove(child)
    for element in root.iter():
        for name in list(element.attrib):
            if (element.tag, name) in NOT_IN_SCHEMA:
                del element.attrib[name]
    found += [f"schema: {error.reason}" for error in schema(oracles).iter_errors(root)]
    return found


def _table_refusals(root: ET.Element, known: dict) -> list[str]:
    if root.tag != "Response":
        return [f"<{root.tag}> is no response"]
    found = [f"<{child.tag}>" for child in root if child.tag not in known["response_children"]]
    for parent in root.iter():
        if parent is root:
            continue
        allowed = known["element_children"].get(parent.tag, [])
        found += [
            f"<{child.tag}> in <{parent.tag}>" for child in parent if child.tag not in allowed
        ]
        for name, value in parent.attrib.items():
            spec = known["attributes"].get(parent.tag, {}).get(name)
            if spec is None:
                found.append(f"<{parent.tag} {name}>")
            else:
                found += _value_refusals(parent.tag, name, value, spec)
    return found


def _value_refusals(tag: str, name: str, value: str, spec: dict) -> list[str]:
    given = value.split() if spec.get("list") else [value]
    enum = spec.get("enum")
    # Voices and languages in the table lag behind Twilio's list.
    if enum and name not in {"voice", "language"}:
        return [f"<{tag} {name}={item!r}>" for item in given if item not in enum]
    if spec["type"] == "boolean" and value not in {"true", "false"}:
        return [f"<{tag} {name}={value!r}>"]
    return []
