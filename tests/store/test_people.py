"""Are the people of the house kept with their roles?"""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from storage.errors import Duplicate, Stale
from switchboard.__main__ import cli


def keep(store, *people):
    with store.begin() as rows:
        for person in people:
            rows.people.add(person)


def test_a_person_comes_back_with_their_roles(store, a_person):
    ana = a_person("ana", roles=("clinician", "supervisor"), phone=None, auto_answer=True)
    dana = a_person("dana", roles=())
    keep(store, ana, dana)
    with store.read() as rows:
        assert rows.people.get("ana") == ana
        assert rows.people.all() == [ana, dana]
        assert rows.people.get("nobody") is None


def test_upper_and_lower_case_are_one_address(store, a_person):
    keep(store, a_person("ana"))
    with store.read() as rows:
        assert rows.people.by_email(" Ana@Example.org").id == "ana"
        assert rows.people.by_email("ben@example.org") is None


def test_an_address_belongs_to_one_person(store, a_person):
    keep(store, a_person("ana"))
    with pytest.raises(Duplicate):
        keep(store, a_person("ben", email="ana@example.org"))


def test_a_changed_person_is_the_new_one(store, a_person):
    ana = a_person("ana")
    keep(store, ana)
    changed = replace(ana, languages=("vi",), roles=("coordinator",), skills=("youth",))
    with store.begin() as rows:
        rows.people.update(changed)
        assert rows.people.get("ana") == changed


def test_changing_somebody_unknown_is_stale(store, a_person):
    with pytest.raises(Stale), store.begin() as rows:
        rows.people.update(a_person("nobody"))


def test_who_left_is_neither_listed_nor_rung(store, a_person):
    keep(store, a_person("ana"), a_person("ben", active=False), a_person("cora", phone=None))
    with store.read() as rows:
        assert [person.id for person in rows.people.all()] == ["ana", "cora"]
        assert len(rows.people.all(active_only=False)) == 3
        assert rows.people.phones(["ana", "ben", "cora"]) == {"ana": "+13145550101"}
        assert rows.people.phones([]) == {}


def add(url, *words):
    return CliRunner().invoke(cli, ["person", "add", *words], env={"DATABASE_URL": url})


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((" ", "eve@example.org"), "expected a name"),
        (("Eve", "eve"), "expected an e-mail"),
        (("Eve", "@example.org"), "expected an e-mail"),
        (("Eve", "eve @example.org"), "expected an e-mail"),
        (("Eve", "eve@example.org", "--phone", "12"), "expected a number"),
        (("Eve", "eve@example.org", "--zone", "Mars/Base"), "not an IANA time zone"),
        (("Eve", "eve@example.org", "--role", "king"), "is not one of"),
    ],
)
def test_a_person_who_could_not_be_reached_is_not_added(store, database_url, words, expected):
    result = add(database_url, *words, "--role", "clinician")
    assert result.exit_code == 2
    assert expected in result.output
    with store.read() as rows:
        assert rows.people.by_email("eve@example.org") is None


def test_a_person_is_added_once_by_any_spelling(store, database_url):
    words = ("Eve Stone", "Eve@Example.org", "--role", "clinician", "--phone", "+1 314 555 0110")
    assert add(database_url, *words).exit_code == 0
    assert "somebody has this address" in add(database_url, *words).output
    with store.read() as rows:
        eve = rows.people.by_email("eve@example.org")
    assert eve.phone == "+13145550110"
