"""Is a directory taken whole or not at all, and does what goes out come in again as it was?"""

import json
from contextlib import suppress

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from care import hsds, hsds_csv, hsds_json
from care.hsds import TABLES, BadRows, Unreadable
from switchboard import seed_directory

CLEAN = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x00"), min_size=1
).filter(lambda text: text.strip() == text and text not in ("", "null"))
LINES = CLEAN.map(lambda text: f'{text}\n{text}, "{text}"')
CELLS = {
    "#": st.integers(-90, 90) | st.decimals(-90, 90, places=3).map(float).filter(lambda n: not n.is_integer()),
    "@": st.dates().map(lambda day: day.isoformat()),
    "~": st.times().map(lambda at: at.isoformat(timespec="minutes")),
}  # fmt: skip
SPECIAL = {
    ("schedule", "byday"): st.sampled_from(["MO", "TU,WE", "1SA,-1FR"]),
    ("schedule", "bymonthday"): st.just("1,15"),
    ("schedule", "byweekno"): st.just("41,-1"),
    ("schedule", "timezone"): st.integers(-12, 14),
    ("schedule", "interval"): st.integers(1, 9),
    ("schedule", "count"): st.integers(1, 99),
}
HANGING = {"attribute": ("link_id", "link_entity"), "metadata": ("resource_id", "resource_type")}
# Tables in an order in which what a row points to is there before it.
ORDER = (
    "organization", "program", "service", "taxonomy", "taxonomy_term", "unit", "location", "service_at_location",
    "contact", "phone", "address", "schedule", "funding", "service_area", "required_document", "language",
    "accessibility", "cost_option", "organization_identifier", "url", "service_capacity", "attribute", "metadata",
)  # fmt: skip


def cell(table, field):
    known = SPECIAL.get((table.name, field))
    choices = hsds.CHOICES.get((table.name, field))
    if known is not None:
        return known
    return (
        st.sampled_from(choices)
        if choices
        else CELLS.get(table.kinds.get(field, ""), CLEAN | LINES)
    )


@st.composite
def packages(draw):
    """Any package that a publisher could write: every table, every field, every link that fits."""
    made = {}
    for name in ORDER:
        table = TABLES[name]
        least = 1 if name in ("organization", "service") else 0
        for number in range(draw(st.integers(least, 2))):
            row = {"id": f"{name}-{number}"}
            for field in table.fields[1:]:
                if field in table.points_to:
                    there = made.get(table.points_to[field], [])
                    if there and (field in table.needed or draw(st.booleans())):
                        row[field] = draw(st.sampled_from(there))["id"]
                elif field in HANGING.get(name, ()):
                    row |= dict(zip(HANGING[name], ("service-0", "service"), strict=True))
                elif field in table.needed or draw(st.integers(0, 3)) == 0:
                    row[field] = draw(cell(table, field))
            if table.needed <= set(row):
                made.setdefault(name, []).append(row)
    return made


# A package is large: to make a failing one smaller takes minutes.
some = settings(max_examples=40, phases=(Phase.explicit, Phase.generate))


@some
@given(packages())
def test_what_goes_out_as_csv_comes_in_as_it_was(package):
    again, left_out = hsds_csv.read(hsds_csv.write(package))
    assert hsds.same(again, package)
    assert left_out == []


@some
@given(packages())
def test_what_goes_out_as_json_comes_in_as_it_was(package):
    """But for the rows that belong to no service, which JSON has no place for."""
    carried = hsds_json.carried(package)
    assert [one["id"] for one in carried["service"]] == [one["id"] for one in package["service"]]
    through_text = json.loads(json.dumps(hsds_json.write(carried)))
    again, left_out = hsds_json.read(through_text)
    assert hsds.same(again, carried)
    assert left_out == []
    as_csv, _ = hsds_csv.read(hsds_csv.write(carried))
    assert hsds.same(as_csv, carried)


@some
@given(packages(), st.data())
def test_one_bad_row_is_named_and_keeps_all_out(package, data):
    name = data.draw(st.sampled_from(sorted(package)))
    number = data.draw(st.integers(0, len(package[name]) - 1))
    field = data.draw(st.sampled_from(sorted(TABLES[name].needed)))
    assume(len(package[name][number]) > 1)  # a line without a word is no row
    files = hsds_csv.write(package)
    del package[name][number][field]
    files[TABLES[name].file] = hsds_csv.write(package)[TABLES[name].file]
    with pytest.raises(BadRows) as refused:
        hsds_csv.read(files)
    assert (f"{TABLES[name].file} row {number + 2}", field) in [
        (one.where, one.field) for one in refused.value.bad
    ]


WORDS = sorted(
    {
        "contents",
        *hsds.NESTED["service"],
        *hsds.SINGLE["service"],
        *hsds.HANGING,
        "id",
        "name",
        "status",
    }
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "active", "s1", "\x00"]),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inside, max_size=5)
    ),
)


@given(
    ANYTHING
    | st.lists(
        st.dictionaries(st.sampled_from(WORDS), ANYTHING, max_size=6), min_size=1, max_size=3
    )
)
def test_no_document_whatever_is_an_accident(document):
    with suppress(Unreadable, BadRows):
        package, _ = hsds_json.read(document)
        assert package["service"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_file_whatever_is_an_accident(services, phones):
    with pytest.raises((Unreadable, BadRows)):
        hsds_csv.read({"services.csv": services, "phones.csv": "id,number\n" + phones})


# -- by hand ------------------------------------------------------------------------------------

ORGANIZATION = "id,name,description\no1,Lantern House,Shelter\n"
SERVICES = "id,organization_id,name,status\ns1,o1,Night shelter,active\n"


def files(**more):
    return {"organizations.csv": ORGANIZATION, "services.csv": SERVICES} | {
        f"{name}.csv": text for name, text in more.items()
    }


def named(given_files):
    with pytest.raises(BadRows) as refused:
        hsds_csv.read(given_files)
    return [str(one) for one in refused.value.bad]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"services": SERVICES + "s2,o9,Meals,active\n"}, "services.csv row 3, organization_id: there is no organization o9"),
        ({"services": SERVICES + "s2,o1,Meals,open\n"}, "services.csv row 3, status: 'open' is none of: active, inactive, defunct, temporarily closed"),
        ({"services": SERVICES + "s1,o1,Meals,active\n"}, "services.csv row 3, id: s1 is there already: services.csv row 2"),
        ({"services": SERVICES + "s2,o1,,active\n"}, "services.csv row 3, name: must not be empty"),
        ({"schedules": "id,service_id,byday\nh,s1,Monday\n"}, "schedules.csv row 2, byday: 'Monday' is not days such as MO,TU or 1SA"),
        ({"schedules": "id,service_id,opens_at\nh,s1,9am\n"}, "schedules.csv row 2, opens_at: '9am' is no time such as 09:00"),
        ({"schedules": "id,service_id,valid_from\nh,s1,soon\n"}, "schedules.csv row 2, valid_from: 'soon' is no date such as 2026-11-24"),
        ({"schedules": "id,service_id,interval\nh,s1,0\n"}, "schedules.csv row 2, interval: '0' is not a whole number such as 2"),
        ({"phones": "id,service_id,number,extension\np,s1,+1 314 555 0193,front\n"}, "phones.csv row 2, extension: 'front' is no number"),
        ({"phones": "id,service_id,number\np,s1,\n"}, "phones.csv row 2, number: must not be empty"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_file_row_and_field(more, said):
    assert named(files(**more)) == [said]


def test_every_bad_row_is_named_at_once():
    more = {"phones": "id,service_id,number\np,s9,\n,s1,1\n"}
    assert named(files(**more)) == [
        "phones.csv row 2, number: must not be empty",
        "phones.csv row 3, id: must not be empty",
        "phones.csv row 2, service_id: there is no service s9",
    ]


@pytest.mark.parametrize(
    ("given_files", "why"),
    [
        ({"organizations.csv": ORGANIZATION}, "no services.csv"),
        ({"services.csv": ""}, "one must be id"),
        ({"services.csv": 'id,name\n"s1,Meals\n'}, "services.csv row 2 is no CSV"),
        ({"services.csv": "id,name\ns1,Meals,more\n"}, "row 2 has more cells"),
    ],
)
def test_what_is_no_package_is_refused_in_a_sentence(given_files, why):
    with pytest.raises(Unreadable, match=why):
        hsds_csv.read(given_files)


def test_other_files_and_fields_are_left_out_or_kept():
    """A file that HSDS has not is named; a column that it has not stays, and goes out again."""
    more = {
        "services": SERVICES.replace("status\n", "status,x-beds\n").replace("e\n", "e,7\n"),
        "beds": "id\n1\n",
    }
    package, left_out = hsds_csv.read(files(**more))
    assert left_out == ["beds.csv"]
    assert package["service"][0]["x-beds"] == "7"
    assert hsds.same(hsds_csv.read(hsds_csv.write(package))[0], package)


SERVICE = {
    "id": "s1",
    "name": "Night shelter",
    "status": "active",
    "organization": {"id": "o1", "name": "Lantern House", "description": "Shelter"},
    "phones": [{"id": "p1", "number": "+1 314 555 0193"}],
}


def test_services_come_as_a_list_as_one_or_as_an_answer_of_an_api():
    one, _ = hsds_json.read([SERVICE])
    assert one["phone"] == [{"service_id": "s1", "id": "p1", "number": "+1 314 555 0193"}]
    assert one["service"][0]["organization_id"] == "o1"
    assert hsds_json.read(SERVICE)[0] == hsds_json.read({"contents": [SERVICE]})[0] == one


def test_one_row_in_two_places_must_say_the_same():
    twice = SERVICE | {"contacts": [{"id": "c1", "phones": SERVICE["phones"]}]}
    package, _ = hsds_json.read([twice])
    assert package["phone"] == [
        {"service_id": "s1", "id": "p1", "number": "+1 314 555 0193", "contact_id": "c1"}
    ]
    other = [{"id": "p1", "number": "+1 314 555 0194"}]
    with pytest.raises(BadRows) as refused:
        hsds_json.read([SERVICE | {"contacts": [{"id": "c1", "phones": other}]}])
    (bad,) = refused.value.bad
    assert (bad.where, bad.field) == ("services[0].contacts[0].phones[0]", "number")
    assert "services[0].phones[0]" in bad.why


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (SERVICE | {"status": "open"}, "services[0], status: 'open' is none of"),
        ({key: SERVICE[key] for key in ("id", "name", "status")}, "services[0], organization_id: must not be empty"),
        (SERVICE | {"phones": [{"id": "p1"}]}, "services[0].phones[0], number: must not be empty"),
        (SERVICE | {"phones": "ring us"}, None),
        (SERVICE | {"phones": {"id": "p1"}}, "services[0], phones: must be a list of objects"),
    ],
)  # fmt: skip
def test_a_bad_object_is_named_by_its_place(service, said):
    with pytest.raises(BadRows) as refused:
        hsds_json.read([service])
    wanted = said or "services[0], phones: must be a list of objects"
    assert str(refused.value.bad[0]).startswith(wanted)


def test_what_json_has_beside_hsds_is_told():
    _, left_out = hsds_json.read([SERVICE | {"x_beds": [{"free": 3}]}])
    assert left_out == ["service.x_beds"]


@pytest.mark.parametrize("document", [[], 7, "services", [[]], {"contents": 3}])
def test_what_is_no_list_of_services_is_refused(document):
    with pytest.raises((Unreadable, BadRows)):
        hsds_json.read(document)


def test_the_demos_directory_is_one():
    package = seed_directory.package()
    assert hsds.same(hsds_csv.read(hsds_csv.write(package))[0], package)
    assert hsds.same(hsds_json.read(hsds_json.write(package))[0], package)
