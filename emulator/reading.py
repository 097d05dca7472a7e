"""What does a text from outside mean: a whole number, a web address, or neither?

Python is too clever for both: `²` is a digit to it and no number, and `http://[` is no address but
an exception, which would leave a leg hanging instead of telling its application what is wrong.
"""

import re
from urllib.parse import urljoin, urlsplit

_WHOLE = re.compile(r"[0-9]{1,18}")


def whole(text: str) -> int | None:
    """A number in plain digits; None for anything else, also for one that is beyond all reason."""
    return int(text) if _WHOLE.fullmatch(text) else None


def is_web_address(url: str) -> bool:
    """Whether it is absolute, by http or https, with a host and a port that can be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def joined(base: str, url: str) -> str:
    """An absolute URL, relative ones against `base`; '' when it cannot be read at all."""
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return ""
