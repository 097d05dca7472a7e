"""How does a referral directory come in, go out, and get searched?

A file is read whole before anything is kept: a JSON file, a folder of CSV files, or a zip of one
(HSDS 3, docs/linkage.md). What the rows mean is care/hsds.py's and care/directory.py's.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from care import directory, hsds_csv, hsds_json
from care.directory import Service, Wanted
from care.hsds import Package, Unreadable
from storage.directory import prepare
from storage.store import Rows, Store

BYTES_MOST = 128 * 1024 * 1024  # unpacked
FOUND_MOST = 50  # nobody reads more
OBJECT = "directory"  # in the audit


@dataclass(frozen=True, slots=True)
class Offered:
    """A directory that was read and is right, and what of the file it leaves out."""

    source: str
    package: Package
    left_out: list[str]

    @property
    def services(self) -> list[Service]:
        """Its services, as a search would show them."""
        return directory.services(self.package)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import would change, by the services' names."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    same: int


# -- reading ------------------------------------------------------------------------------------


def read_path(path: Path) -> Offered:
    """Read a file or a folder.

    Raises:
        Unreadable: it cannot be read as a whole.
        care.hsds.BadRows: rows of it cannot be taken, each named.
    """
    try:
        if path.is_dir():
            files = {one.name: one.read_bytes() for one in sorted(path.glob("*.csv"))}
            return _from_csv(path.name, files)
        return read(path.name, path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error


def read(name: str, content: bytes) -> Offered:
    """Read one file: JSON, or a zip of CSV files; raises as `read_path`."""
    if len(content) > BYTES_MOST:
        raise Unreadable(_too_large())
    if content[:4] == b"PK\x03\x04":
        return _from_csv(name, _unpacked(content))
    if name.lower().endswith(".csv"):
        raise Unreadable("A directory in CSV is several files: choose a zip of them, or a folder.")
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"{name} is neither JSON nor a zip of CSV files: {error}") from error
    package, left_out = hsds_json.read(document)
    return Offered(name, package, left_out)


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The CSV files of a zip by their names, whatever folder they lie in."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = [one for one in packed.infolist() if one.filename.endswith(".csv")]
            if sum(one.file_size for one in inside) > BYTES_MOST:
                raise Unreadable(_too_large())
            return {PurePosixPath(one.filename).name: packed.read(one) for one in inside}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"The zip cannot be unpacked: {error}.") from error


def _from_csv(source: str, files: Mapping[str, bytes]) -> Offered:
    texts = {}
    for name, content in files.items():
        try:
            texts[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unreadable(f"{name} is not UTF-8: save it again as CSV UTF-8.") from error
    package, left_out = hsds_csv.read(texts)
    return Offered(source, package, left_out)


def _too_large() -> str:
    return f"It is larger than {BYTES_MOST // 1024 // 1024} MB: divide it."


# -- taking it in -------------------------------------------------------------------------------


def difference(store: Store, offered: Offered) -> Difference:
    """Say what taking it in would change."""
    with store.read() as rows:
        package = rows.directory.package()
    old = {one.id: one for one in directory.services(package)}
    new = {one.id: one for one in offered.services}
    changed = [one.name for key, one in new.items() if key in old and old[key] != one]
    return Difference(
        added=sorted(one.name for key, one in new.items() if key not in old),
        changed=sorted(changed),
        removed=sorted(one.name for key, one in old.items() if key not in new),
        same=sum(key in old for key in new) - len(changed),
    )


def take(store: Store, offered: Offered, by: str, now: datetime) -> None:
    """Replace the directory with this one, in one transaction; audited."""
    prepared = prepare(offered.package, offered.services)
    with store.begin() as rows:
        rows.directory.replace(prepared, offered.source, by, now)
        rows.directory.drop_draft(by)
        facts = {"services": len(prepared.services), "digest": prepared.digest}
        rows.audit.write(by, "directory.imported", OBJECT, facts, now)


def keep_draft(store: Store, offered: Offered, by: str, now: datetime) -> str:
    """Keep it for this person to look at; returns the digest by which they take it."""
    prepared = prepare(offered.package, offered.services)
    with store.begin() as rows:
        rows.directory.keep_draft(prepared, offered.source, by, now)
    return prepared.digest


def draft(rows: Rows, person_id: str, digest: str) -> Offered | None:
    """Return what this person looked at; None: it is another one by now, or none."""
    heading = rows.directory.heading(draft_of=person_id)
    if heading is None or heading.digest != digest:
        return None
    return Offered(heading.source, rows.directory.package(draft_of=person_id), [])


# -- out, and searched --------------------------------------------------------------------------


def as_json(package: Package) -> str:
    """The directory as HSDS 3 JSON: a list of services."""
    return json.dumps(hsds_json.write(package), ensure_ascii=False, indent=1) + "\n"


def as_files(package: Package) -> dict[str, str]:
    """The directory as HSDS 3's CSV files: name -> text."""
    return hsds_csv.write(package)


def as_zip(package: Package) -> bytes:
    """The directory as a zip of HSDS 3's CSV files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in as_files(package).items():
            packed.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def without_a_service(package: Package) -> int:
    """How many rows belong to no service: its JSON cannot carry them."""
    kept = hsds_json.carried(package)
    return sum(len(rows) for rows in package.values()) - sum(len(rows) for rows in kept.values())


def search(rows: Rows, wanted: Wanted, zone: str) -> list[Service]:
    """Return the services that fit, the nearest first. `zone`: of the hours' wall clock."""
    found = rows.directory.with_words(directory.terms(wanted.need))
    return directory.search(found, wanted, zone)
