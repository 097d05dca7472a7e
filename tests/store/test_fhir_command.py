"""Does `diversion fhir export` print one person's story, and write down that it left?"""

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.bundle import Bundle

from storage.store import Store
from switchboard import seed
from switchboard.__main__ import cli


@pytest.fixture
def run(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    store = Store(database_url)
    seed.fill(store, store.now())

    def run(*words):
        return CliRunner().invoke(cli, ["fhir", "export", *words])

    yield run, store
    store.close()


def test_by_number_and_by_contact_it_is_the_same_person(run):
    export, store = run
    with store.read() as rows:
        referral = next(one for one in rows.referrals.open() if one.number)
    for words in (("--person", referral.number), ("--call", referral.call_id)):
        told = export(*words)
        assert told.exit_code == 0, told.output
        bundle = Bundle.model_validate_json(told.output)
        patient = bundle.entry[0].resource
        assert patient.telecom[0].value == referral.number
        named = [one.resource.code.text for one in bundle.entry if one.resource.get_resource_type() == "ServiceRequest"]  # fmt: skip
        assert f"Referral to {referral.service_name}" in named
        with store.read() as rows:
            (*_, line) = rows.audit.of(f"patient:{patient.id}")
        assert (line.actor, line.action) == ("command line", "fhir.exported")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "give one of"),
        (("--call", "a", "--person", "b"), "give one of"),
        (("--call", "nobody"), "there is no contact nobody"),
        (("--person", "+13145550100"), "nothing is known of them"),
    ],
)
def test_what_is_not_there_is_said(run, words, why):
    told = run[0](*words)
    assert told.exit_code == 1
    assert why in told.output
