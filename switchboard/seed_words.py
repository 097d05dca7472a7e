"""What do the demo's fictional records say? Neutral, about nobody."""

from care.disposition import Disposition

# How often each comes up, and notes that fit.
CONTACTS: tuple[tuple[Disposition, int, tuple[str, ...]], ...] = (
    (
        Disposition.RESOLVED_BY_PHONE,
        40,
        (
            "Talked through a hard evening. Calmer at the end, will rest now.",
            "Worried after an argument at home. Agreed on two people to talk to tomorrow.",
            "Could not sleep, thoughts racing. Breathing exercise helped. No thoughts of suicide.",
        ),
    ),
    (
        Disposition.SAFETY_PLAN_MADE,
        16,
        (
            "Safety plan made together: warning signs, a walk, a sister to call. Read back.",
            "Means put away with a neighbour. Plan written down by the caller. Agreed to a call.",
        ),
    ),
    (
        Disposition.LINKED_TO_SERVICES,
        14,
        (
            "Appointment made with the walk-in clinic for the morning. Bus line looked up.",
            "Warm transfer to the housing line. Will call back if it does not work out.",
        ),
    ),
    (Disposition.INFORMATION_ONLY, 8, ("Asked about evening groups. Times given.",)),
    (
        Disposition.FAMILIAR_CALLER,
        8,
        ("Evening check-in as agreed in the plan. Ten minutes, then good night.",),
    ),
    (
        Disposition.MOBILE_CREW_REQUESTED,
        6,
        ("Mobile crew asked to visit, arrived within the hour; crew called back. Stayed on line.",),
    ),
    (
        Disposition.EMERGENCY_SERVICES_REQUESTED,
        3,
        ("Ambulance asked through dispatch with the caller's agreement; arrival confirmed.",),
    ),
    (Disposition.RETURNED_TO_911, 2, ("Needs police on scene: handed back to the dispatcher.",)),
    (Disposition.OUT_OF_AREA, 2, ("Lives in another county: number of their line given.",)),
    (Disposition.OUT_OF_SCOPE, 1, ("Wanted the utility company. Number given.",)),
)
NAMES = ("Alex R.", "Jamie T.", "Morgan P.", "Robin S.", "Casey W.", "Taylor M.", "Jordan B.")
CONSENT_BY = ("the caller", "the caller", "the caller's mother")
PROMISES = (
    "How did the appointment go?",
    "Check in after the weekend.",
    "Ask whether the plan helped.",
)
REACHED = (
    "The appointment went well. No further call wanted.",
    "Slept better, used the plan once. Knows whom to call.",
    "Asked for the clinic's number again. Given, and written down.",
)
DECISIONS = ("Letter sent.", "Outreach visit arranged.", "Closed: moved away.")
