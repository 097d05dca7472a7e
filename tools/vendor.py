"""Where do the browser files under `vendor/` come from?

This fetches each package, checks its hash against `vendor.lock.json`, and copies what we serve.

`python tools/vendor.py` needs npm's client; `python tools/vendor.py --check` needs nothing: it
compares the files in the tree with the hashes in `vendor.lock.json` and names what differs.
"""

# ruff: noqa: T201 (a command speaks to its operator)

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
LOCK = Path(__file__).with_name("vendor.lock.json")


class WrongHashError(Exception):
    """What arrived, or what lies in the tree, is not what the lock promises."""


def main(arguments: list[str]) -> int:
    packages = json.loads(LOCK.read_text("utf-8"))["packages"]
    try:
        if arguments == ["--check"]:
            check(packages)
        else:
            fetch_all(packages)
    except (WrongHashError, OSError, subprocess.CalledProcessError) as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    return 0


def check(packages: list[dict[str, Any]]) -> None:
    for package in packages:
        for copied in package["files"]:
            expect(copied["sha512"], (HOUSE / copied["to"]).read_bytes(), copied["to"])


def fetch_all(packages: list[dict[str, Any]]) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise WrongHashError("npm is not installed (apt-get install npm); --check works without it")
    with tempfile.TemporaryDirectory() as scratch:
        for package in packages:
            archive = fetch(npm, package, Path(scratch))
            copy_files(package, archive)


def fetch(npm: str, package: dict[str, Any], scratch: Path) -> Path:
    name = f"{package['name']}@{package['version']}"
    packed = subprocess.run(  # noqa: S603 (names and versions come from our own lock)
        [npm, "pack", "--json", "--ignore-scripts", name],
        cwd=scratch,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = scratch / str(json.loads(packed.stdout)[0]["filename"])
    expect(package["integrity"], archive.read_bytes(), name)
    return archive


def copy_files(package: dict[str, Any], archive: Path) -> None:
    with tarfile.open(archive) as contents:
        for copied in package["files"]:
            member = contents.extractfile(f"package/{copied['from']}")
            assert member is not None, copied["from"]
            data = member.read()
            expect(copied["sha512"], data, copied["to"])
            target = HOUSE / copied["to"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            print(f"{copied['to']}  {len(data)} bytes")


def expect(integrity: str, data: bytes, name: str) -> None:
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != integrity:
        raise WrongHashError(f"{name}: expected {integrity}, found {found}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
