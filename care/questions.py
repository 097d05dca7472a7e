"""What does a record ask besides its disposition and notes? Every question as data, in its order.

Nothing here computes a risk: a person judges, and the record keeps what they saw.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

YES = "yes"  # what a checked box says
LONG, SHORT = 2_000, 200  # characters

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One field. With `choices` one of them is chosen, with `most` 0 it is a box to check."""

    name: str
    label: str
    most: int = SHORT
    choices: Choices = ()
    hint: str = ""

    @property
    def box(self) -> bool:
        """Whether it is checked or not."""
        return self.most == 0

    def said(self, value: str) -> str:
        """The answer in words."""
        return self.label if self.box else dict(self.choices).get(value, value)

    def refuses(self, value: str) -> str | None:
        """Why this answer cannot be kept, as a sentence for the clinician; None: it can."""
        if self.choices and value not in dict(self.choices):
            return "Choose one of the list."
        if self.box and value != YES:
            return "Checked or not: nothing else."
        if not self.choices and not self.box and len(value) > self.most:
            return f"This is too long: at most {self.most} characters."
        return None


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together, under one heading."""

    name: str
    title: str
    questions: tuple[Question, ...]
    hint: str = ""


def _boxes(part: str, *labels: str) -> tuple[Question, ...]:
    return tuple(Question(f"{part}_{n}", label, most=0) for n, label in enumerate(labels, start=1))


YES_NO: Choices = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))
LEVELS: Choices = (("no", "None heard"), ("some", "Some"), ("strong", "Strong"))
CERTAIN: Choices = (
    ("certain", "Yes, certainly"),
    ("likely", "Yes, likely"),
    ("no", "No"),
    ("unasked", "Was not in question"),
)

ABOUT = Section(
    "about",
    "Who this is about",
    (
        Question(
            "speaks_for",
            "The caller is",
            choices=(
                ("self", "the person at risk"),
                ("family", "their family"),
                ("friend", "a friend or neighbor"),
                ("professional", "a professional"),
                ("other", "somebody else"),
            ),
        ),
        Question("person_at_risk", "Name of the person at risk, if another"),
        Question("relationship", "How the caller knows them"),
    ),
)
# What makes a 911 call one for us. A centre may send the first five ahead: the names are theirs
# (care.handoff), so that nothing is asked twice.
ELIGIBILITY = Section(
    "eligibility",
    "Is this a call for us?",
    (
        Question("weapon", "A weapon is there", choices=YES_NO),
        Question("injury", "Somebody is hurt", choices=YES_NO),
        Question("crime", "A crime is under way", choices=YES_NO),
        Question("transfer_consent", "They agreed to be transferred", choices=YES_NO),
        Question("location", "Where they are", 300),
        Question(
            "eligible",
            "Is it for us, in your judgment",
            choices=(("yes", "Yes, it is for us"), ("no", "No, it is not")),
        ),
        Question("eligible_why", "Why, if an answer above speaks against it", 300),
    ),
    hint="If it is not for us, bring the dispatcher back, and say so as disposition.",
)
# The four principles of the Lifeline's standards for assessing suicide risk, with what each covers.
ASSESSMENT = Section(
    "assessment",
    "Safety assessment",
    (
        Question("desire", "Desire", choices=LEVELS, hint="Asked directly about suicide?"),
        *_boxes(
            "desire",
            "Thinks of suicide",
            "In pain that feels unbearable",
            "Without hope",
            "Feels a burden to others",
            "Feels trapped",
            "Feels entirely alone",
        ),
        Question("intent", "Intent", choices=LEVELS),
        *_boxes(
            "intent",
            "An attempt is under way",
            "Has a plan",
            "Has made preparations",
            "Says they intend to die",
        ),
        Question("capability", "Capability", choices=LEVELS),
        *_boxes(
            "capability",
            "Attempted before",
            "Knew somebody who died by suicide",
            "Has means at hand",
            "Under the influence now",
            "Has been violent",
            "Acutely unwell, or not sleeping",
            "Very agitated",
        ),
        Question("buffers", "What holds them", choices=LEVELS),
        *_boxes(
            "buffers",
            "Somebody is with them",
            "People they can turn to",
            "Plans for the time ahead",
            "Engages with us",
            "Wants to live, too",
            "Values or beliefs against it",
            "A sense of purpose",
        ),
        Question(
            "risk",
            "Risk, in your judgment",
            choices=(
                ("low", "Low"),
                ("moderate", "Moderate"),
                ("high", "High"),
                ("imminent", "Imminent"),
            ),
            hint="Yours alone: nothing here is computed.",
        ),
    ),
)
# Stanley and Brown's Safety Planning Intervention: six parts, in the person's own words.
PLAN = Section(
    "plan",
    "Safety plan",
    (
        Question("plan_signs", "1. Warning signs", LONG, hint="What tells them a crisis begins"),
        Question("plan_alone", "2. What I can do by myself", LONG),
        Question("plan_places", "3. People and places that take my mind off it", LONG),
        Question("plan_people", "4. People I can ask for help", LONG, hint="Names and numbers"),
        Question(
            "plan_agencies",
            "5. Professionals and services I can reach",
            LONG,
            hint="988 at any hour; 911 in danger",
        ),
        Question("plan_means", "6. Making the surroundings safe", LONG),
    ),
    hint="In the person's own words.",
)
OUTCOME = Section(
    "outcome",
    "Who responded, and what was avoided",
    (
        *_boxes(
            "responded",
            "A mobile crew",
            "Police",
            "An ambulance",
            "The fire service",
            "Family or friends",
        ),
        Question("avoided_arrest", "Arrest avoided", choices=CERTAIN),
        Question("avoided_jail", "Jail avoided", choices=CERTAIN),
        Question("avoided_er", "Emergency room avoided", choices=CERTAIN),
        Question("avoided_hospital", "Hospital stay avoided", choices=CERTAIN),
    ),
)
REFERRAL = Section(
    "referral",
    "Referral",
    (
        Question("referred_to", "Referred to"),
        Question(
            "referral_consent",
            "Consent to share with them",
            choices=(
                ("spoken", "Given, spoken"),
                ("written", "Given, written"),
                ("no", "Not given"),
            ),
        ),
        Question("referral_shared", "What may be shared", LONG),
    ),
)
SECTIONS = (ABOUT, ELIGIBILITY, ASSESSMENT, PLAN, OUTCOME, REFERRAL)
QUESTIONS: dict[str, Question] = {q.name: q for part in SECTIONS for q in part.questions}
PARTS_OF_PLAN = tuple(question.name for question in PLAN.questions)


def asked(found: Mapping[str, str]) -> tuple[Section, ...]:
    """The sections to ask. A referral is made by itself (care.referral); what an older record
    says of one stays to be read and put right.
    """
    said = any(question.name in found for question in REFERRAL.questions)
    return SECTIONS if said else SECTIONS[:-1]


def answers(values: Mapping[str, str]) -> dict[str, str]:
    """Return what was answered, of all that a form sent."""
    return {name: value for name in QUESTIONS if (value := (values.get(name) or "").strip())}


def refused(found: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that cannot be kept: name -> a sentence for the clinician."""
    why = {name: QUESTIONS[name].refuses(value) for name, value in found.items()}
    return {name: words for name, words in why.items() if words}


def told(found: Mapping[str, str]) -> Iterator[tuple[Section, list[tuple[Question, str]]]]:
    """Yield each section that says something, with its questions and the answers in words."""
    for part in SECTIONS:
        rows = [(q, q.said(found[q.name])) for q in part.questions if q.name in found]
        if rows:
            yield part, rows


def plan_of(found: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a safety plan that are written; empty: there is none."""
    return {name: found[name] for name in PARTS_OF_PLAN if found.get(name)}
