"""Are the browser libraries in the tree the very bytes that their authors published?"""

import json
import subprocess
import sys

from house.rooms import ROOT

LOCK = ROOT / "tools" / "vendor.lock.json"


def test_every_vendored_file_has_the_hash_of_the_lock():
    checked = subprocess.run(
        [sys.executable, "tools/vendor.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_no_vendored_file_is_unknown_to_the_lock():
    packages = json.loads(LOCK.read_text("utf-8"))["packages"]
    known = {copied["to"] for package in packages for copied in package["files"]}
    folders = (ROOT / "console/static/vendor", ROOT / "tests/pages/vendor")
    found = {str(path.relative_to(ROOT)) for folder in folders for path in folder.iterdir()}
    assert found == known
