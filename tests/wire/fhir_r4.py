"""What does FHIR R4 (4.0.1) itself ask of what we send, that no library of Python looks at?

`wrong` walks a Bundle by tables that were taken from the specification's pages: the value sets
that bind (strength "required"), what a reference may point to, what must be there, and the
constraints inv-1 (of Task) and per-1 (of Period). `fhir.resources` and `fhirclient` know names and types of elements.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

REQUEST = "draft active on-hold revoked completed entered-in-error unknown"
INTENT = (
    "proposal plan directive order original-order reflex-order filler-order instance-order option"
)
# hl7.org/fhir/R4/<resource>.html, the column Terminology Bindings.
CODES = {
    "Bundle.type": "document message transaction transaction-response batch batch-response history searchset collection",
    "Patient.telecom.system": "phone fax email pager url sms other",
    "CarePlan.status": REQUEST,
    "CarePlan.intent": "proposal plan order option",
    "ServiceRequest.status": REQUEST,
    "ServiceRequest.intent": INTENT,
    "Task.status": "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed "
    "entered-in-error",
    "Task.intent": f"unknown {INTENT}",
    "Communication.status": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
}  # fmt: skip
NEEDED = {
    "Bundle": "type",
    "Patient": "",
    "CarePlan": "status intent subject",
    "ServiceRequest": "status intent subject",
    "Task": "status intent",
    "Communication": "status",
}
PEOPLE = "Device Organization Patient Practitioner PractitionerRole RelatedPerson"
# The same pages, the column Type: Reference(...). "Any" is any resource.
MAY_POINT_TO = {
    "CarePlan.subject": "Patient Group",
    "CarePlan.activity.reference": "Appointment CommunicationRequest DeviceRequest MedicationRequest NutritionOrder "
    "Task ServiceRequest VisionPrescription RequestGroup",
    "ServiceRequest.subject": "Patient Group Location Device",
    "ServiceRequest.requester": PEOPLE,
    "ServiceRequest.performer": f"{PEOPLE} CareTeam HealthcareService",
    "Task.basedOn": "Any",
    "Task.focus": "Any",
    "Task.for": "Any",
    "Task.requester": PEOPLE,
    "Communication.basedOn": "Any",
    "Communication.subject": "Patient Group",
    "Communication.recipient": f"{PEOPLE} Group CareTeam HealthcareService",
    "Communication.sender": f"{PEOPLE} HealthcareService",
}  # fmt: skip


def wrong(bundle: dict[str, Any]) -> list[str]:
    """Return what R4 refuses in it, each named by the path of its element; empty: nothing."""
    kinds = {one["fullUrl"]: one["resource"]["resourceType"] for one in bundle["entry"]}
    return [
        said
        for one in (bundle, *(entry["resource"] for entry in bundle["entry"]))
        for said in _of_resource(one, kinds)
    ]


def _of_resource(resource: dict[str, Any], kinds: dict[str, str]) -> Iterator[str]:
    kind = resource["resourceType"]
    yield from (
        f"{kind}.{name} is missing" for name in NEEDED[kind].split() if name not in resource
    )
    for path, value in _elements(kind, {k: v for k, v in resource.items() if k != "entry"}):
        if path in CODES and value not in CODES[path].split():
            yield f"{path} may not be {value}"
        if isinstance(value, dict) and _is_reference(value):
            yield from _of_reference(path, value, kinds)
        if isinstance(value, dict) and path.endswith("period"):
            yield from _in_order("per-1", path, value.get("start"), value.get("end"))
        if value in ("", [], {}):
            yield f"{path} is empty"
    authored, modified = resource.get("authoredOn"), resource.get("lastModified")
    yield from _in_order("inv-1", kind, authored, modified)


def _elements(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _elements(f"{path}.{name}", one)
    elif isinstance(value, list):
        for one in value:
            yield from _elements(path, one)


def _is_reference(value: dict[str, Any]) -> bool:
    return isinstance(value.get("reference"), str) or set(value) <= {"type", "display"} != set()


def _of_reference(path: str, value: dict[str, Any], kinds: dict[str, str]) -> Iterator[str]:
    target = kinds.get(value.get("reference", ""), value.get("type", ""))
    allowed = MAY_POINT_TO.get(path, "").split()
    if not target:
        yield f"{path} points to nothing"
    elif target not in allowed and "Any" not in allowed:
        yield f"{path} may not point to {target}"


def _in_order(rule: str, path: str, first: str | None, then: str | None) -> Iterator[str]:
    if first and then and datetime.fromisoformat(then) < datetime.fromisoformat(first):
        yield f"{rule}: {path} ends before it begins"
