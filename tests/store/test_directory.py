"""Is the directory replaced whole, found by its words, and taken in and out by the commands?"""

import json
import zipfile
from datetime import timedelta

import pytest
from click.testing import CliRunner
from store.conftest import NOON

from care import directory as rules
from care import hsds
from care.directory import Wanted
from care.hsds import BadRows, Unreadable
from storage.directory import prepare
from storage.errors import Duplicate
from switchboard import directory, seed_directory
from switchboard.__main__ import cli
from switchboard.directory import Offered

PACKAGE = seed_directory.package()
OFFERED = Offered("demo.zip", PACKAGE, [])
ZONE = "America/Chicago"


def found(store, **asked):
    with store.read() as rows:
        return [one.name for one in directory.search(rows, Wanted(**asked), ZONE)]


def test_it_is_kept_as_it_was_taken_in(store):
    directory.take(store, OFFERED, "cora", NOON)
    with store.read() as rows:
        heading = rows.directory.heading()
        assert rows.directory.package() == PACKAGE
        assert rows.directory.with_words([]) == sorted(
            OFFERED.services, key=lambda service: service.id
        )
        assert rows.directory.get("service-1") == OFFERED.services[0]
        assert rows.directory.get("service-99") is None
        audit = rows.audit.of("directory")
    assert (heading.imported_at, heading.imported_by, heading.services) == (NOON, "cora", 11)
    assert [(line.actor, line.action) for line in audit] == [("cora", "directory.imported")]


def test_one_import_replaces_the_other_whole(store):
    directory.take(store, OFFERED, "cora", NOON)
    small = {name: rows for name, rows in PACKAGE.items() if name in ("organization", "service")}
    small |= {"service": PACKAGE["service"][:1], "taxonomy_term": []}
    later = NOON + timedelta(days=1)
    difference = directory.difference(store, Offered("small.json", small, []))
    assert (len(difference.added), len(difference.changed), len(difference.removed)) == (0, 1, 10)
    directory.take(store, Offered("small.json", small, []), "cora", later)
    assert found(store) == ["Walk-in counseling"]
    with store.read() as rows:
        assert rows.directory.heading().source == "small.json"


def test_an_import_that_fails_leaves_the_one_before(store):
    directory.take(store, OFFERED, "cora", NOON)
    broken = prepare(PACKAGE, OFFERED.services)
    broken.services.append({"id": "service-1", "words": "twice", "facts": {}})
    with pytest.raises(Duplicate), store.begin() as rows:
        rows.directory.replace(broken, "broken.json", "cora", NOON)
    assert len(found(store, need="counseling")) == 3
    with store.read() as rows:
        assert rows.directory.heading().source == "demo.zip"


def test_what_somebody_looks_at_is_found_by_nobody(store):
    digest = directory.keep_draft(store, OFFERED, "cora", NOON)
    assert found(store) == []
    with store.read() as rows:
        assert rows.directory.heading() is None
        assert directory.draft(rows, "cora", "another") is None
        assert directory.draft(rows, "ben", digest) is None
        offered = directory.draft(rows, "cora", digest)
    directory.take(store, offered, "cora", NOON)
    with store.read() as rows:
        assert directory.draft(rows, "cora", digest) is None, "taken once"
    assert "Grief circle" in found(store, need="grief")


@pytest.mark.parametrize("need", ["100%", "_", "\\", "'"])
def test_what_is_searched_is_text_and_nothing_else(store, need):
    directory.take(store, OFFERED, "cora", NOON)
    assert found(store, need=need + "zzz") == []


def test_the_search_of_the_database_finds_what_the_rules_find(store):
    directory.take(store, OFFERED, "cora", NOON)
    for need in ("", "grief", "housing shelter", "counseling", "veteran", "benefits"):
        wanted = Wanted(need, open_at=NOON)
        by_rules = [one.name for one in rules.search(OFFERED.services, wanted, ZONE)]
        assert found(store, need=need, open_at=NOON) == by_rules


# -- files --------------------------------------------------------------------------------------


@pytest.fixture
def run(store, database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*words):
        return CliRunner().invoke(cli, ["directory", *map(str, words)])

    return run


def test_out_and_in_again_changes_nothing(run, store, tmp_path):
    directory.take(store, OFFERED, "cora", NOON)
    with store.read() as rows:
        digest = rows.directory.heading().digest
    for name in ("out.json", "out.zip", "out"):
        assert run("export", tmp_path / name).exit_code == 0
        again = run("import", tmp_path / name)
        assert again.output == "0 new, 0 changed, 0 gone, 11 as before\n"
        with store.read() as rows:
            assert rows.directory.heading().digest == digest
            assert hsds.same(rows.directory.package(), PACKAGE)
    assert (tmp_path / "out" / "service_at_location.csv").exists()


def test_a_bad_row_is_named_and_nothing_is_taken(run, store, tmp_path):
    directory.take(store, OFFERED, "cora", NOON)
    run("export", tmp_path / "out")
    phones = tmp_path / "out" / "phones.csv"
    phones.write_text(phones.read_text().replace(",service-3,", ",service-77,"))
    refused = run("import", tmp_path / "out")
    assert refused.exit_code == 1
    assert "phones.csv row 4, service_id: there is no service service-77" in refused.output
    assert "1 wrong; nothing was imported" in refused.output
    with store.read() as rows:
        assert rows.directory.heading().source == "demo.zip"


def test_a_dry_run_changes_nothing(run, store, tmp_path):
    (tmp_path / "d.json").write_text(directory.as_json(PACKAGE))
    told = run("import", tmp_path / "d.json", "--dry-run")
    assert told.output == "would be 11 new, 0 changed, 0 gone, 0 as before\n"
    assert found(store) == []


def test_a_search_in_json(run, store):
    directory.take(store, OFFERED, "cora", NOON)
    told = run("search", "--need", "shelter", "--language", "es", "--open-at", "2026-11-23T20:00-06:00", "--json")  # fmt: skip
    (one,) = json.loads(told.output)
    assert (one["name"], one["open"], one["changes_at"]) == (
        "Night shelter",
        True,
        "2026-11-24T13:30:00Z",
    )
    assert run("search", "--need", "shelter").output.splitlines() == [
        "Families in transition, Lantern House: (314) 555-0193",
        "Night shelter, Lantern House: (314) 555-0193",
    ]
    assert run("search", "--need", "opera").output == "Nothing fits.\n"


def test_an_empty_directory_says_so(run, tmp_path):
    assert "there is no directory yet" in run("export", tmp_path / "d.json").output


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("d.json", b"{", "neither JSON nor a zip"),
        ("d.json", b"\xff\xfe", "neither JSON nor a zip"),
        ("d.csv", b"id,name\n", "several files"),
        ("d.zip", b"PK\x03\x04 and no more", "cannot be unpacked"),
    ],
)
def test_what_is_no_directory_is_refused_in_a_sentence(name, content, why):
    with pytest.raises(Unreadable, match=why):
        directory.read(name, content)


def test_a_zip_is_read_whatever_folder_its_files_lie_in(tmp_path):
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in directory.as_files(PACKAGE).items():
            packed.writestr(f"export-2026/{name}", text)
        packed.writestr("export-2026/README.txt", "ours")
    assert hsds.same(directory.read_path(path).package, PACKAGE)


def test_a_zip_that_unpacks_to_more_than_a_directory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(directory, "BYTES_MOST", 10_000)
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("services.csv", "id\n" + " " * 20_000)
    with pytest.raises(Unreadable, match="larger than"):
        directory.read_path(path)


def test_a_file_with_a_bad_row_is_not_even_kept_to_look_at(store):
    with pytest.raises(BadRows):
        directory.read("d.json", b'[{"id": "s"}]')
    with store.read() as rows:
        assert rows.directory.heading(draft_of="cora") is None
