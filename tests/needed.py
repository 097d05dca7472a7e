"""What happens to a test whose machine lacks something: skipped with one line, or failed in CI?"""

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """One line says what is missing and what installs it; CI has no excuse."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
