"""What can come of a contact? One vocabulary for the wrap-up, the figures and the funders."""

from enum import StrEnum


class Disposition(StrEnum):
    """What came of it. Exactly one per contact."""

    RESOLVED_BY_PHONE = "resolved_by_phone"
    SAFETY_PLAN_MADE = "safety_plan_made"
    LINKED_TO_SERVICES = "linked_to_services"
    INFORMATION_ONLY = "information_only"
    FAMILIAR_CALLER = "familiar_caller"
    MOBILE_CREW_REQUESTED = "mobile_crew_requested"
    EMERGENCY_SERVICES_REQUESTED = "emergency_services_requested"
    RETURNED_TO_911 = "returned_to_911"
    CANCELLED_BY_911 = "cancelled_by_911"
    OUT_OF_SCOPE = "out_of_scope"
    OUT_OF_AREA = "out_of_area"
    CALLER_LEFT = "caller_left"


# In the order a clinician looks for them: the frequent and hopeful first.
LABELS: dict[str, str] = {
    Disposition.RESOLVED_BY_PHONE: "Resolved by phone",
    Disposition.SAFETY_PLAN_MADE: "Safety plan made",
    Disposition.LINKED_TO_SERVICES: "Linked to services",
    Disposition.INFORMATION_ONLY: "Information only",
    Disposition.FAMILIAR_CALLER: "Familiar caller, supported",
    Disposition.MOBILE_CREW_REQUESTED: "Mobile crew requested",
    Disposition.EMERGENCY_SERVICES_REQUESTED: "Emergency services requested",
    Disposition.RETURNED_TO_911: "Returned to 911",
    Disposition.CANCELLED_BY_911: "Cancelled by 911",
    Disposition.OUT_OF_SCOPE: "Out of scope",
    Disposition.OUT_OF_AREA: "Out of area",
    Disposition.CALLER_LEFT: "Caller left",
}

# A diversion succeeded when it closed without police, fire or ambulance (Baltimore's definition).
DIVERTED = frozenset(
    {
        Disposition.RESOLVED_BY_PHONE,
        Disposition.SAFETY_PLAN_MADE,
        Disposition.LINKED_TO_SERVICES,
        Disposition.INFORMATION_ONLY,
        Disposition.FAMILIAR_CALLER,
        Disposition.MOBILE_CREW_REQUESTED,
    }
)
