"""Does a record keep what was answered, and nothing that nobody asked?"""

from care import questions
from care.disposition import Disposition
from care.questions import PARTS_OF_PLAN, QUESTIONS, SECTIONS
from care.record import LENGTHS


def test_every_question_has_a_name_of_its_own():
    names = [question.name for part in SECTIONS for question in part.questions]
    assert len(names) == len(set(names)) == len(QUESTIONS)
    assert not set(names) & {*LENGTHS, "version", "outcome", "csrf_token"}


def test_every_question_has_words_of_its_own():
    """Two boxes of one name cannot be told apart by ear."""
    labels = [question.label for part in SECTIONS for question in part.questions]
    assert len(labels) == len(set(labels))


def test_what_nobody_asked_and_what_is_blank_is_not_kept():
    sent = {"risk": "high", "plan_signs": " pacing ", "relationship": "  ", "password": "x"}
    assert questions.answers(sent) == {"risk": "high", "plan_signs": "pacing"}


def test_the_plan_has_its_six_parts():
    assert len(PARTS_OF_PLAN) == 6
    assert questions.plan_of({"plan_means": "his brother has the keys", "risk": "low"}) == {
        "plan_means": "his brother has the keys"
    }


def test_answers_are_told_in_words_and_in_order():
    found = {"risk": "high", "desire": "some", "desire_1": "yes", "avoided_er": "likely"}
    told = [(part.title, [words for _, words in rows]) for part, rows in questions.told(found)]
    assert told == [
        ("Safety assessment", ["Some", "Thinks of suicide", "High"]),
        ("Who responded, and what was avoided", ["Yes, likely"]),
    ]


def test_no_answer_sets_a_disposition():
    assert not set(QUESTIONS) & set(Disposition)
