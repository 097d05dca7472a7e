"""Did this webhook come from the carrier? Twilio's X-Twilio-Signature, checked in our own lines.

The library's validator signs twice and raises on some bodies; here nothing ever raises, because
an unsigned stranger must get a 403 and never a 500 (Twilio's page "Webhooks security").
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit, urlunsplit

LENGTH = 28  # characters of one: SHA-1 in base64
Pairs = Iterable[tuple[str, str]]
NOT_TEXT = re.compile("[\udc80-\udcff]")  # bytes that survived decoding as surrogates


def valid(url: str, params: Pairs, body: bytes, header: str | None, tokens: Iterable[str]) -> bool:
    """Whether `header` signs this request with one of `tokens` (two during a rotation).

    `url` is the address as the carrier knows it, with its raw query; `params` the decoded form
    pairs of a POST. A body that is no form is signed by the query's bodySHA256.
    """
    try:
        return _valid(url, tuple(params), body, header or "", tuple(tokens))
    except (ValueError, TypeError):  # a broken URL, port or encoding: not the carrier's
        return False


def sign(url: str, params: Pairs, token: str) -> str:
    """Sign as Twilio does: the URL, then every key, sorted, with its distinct values, sorted."""
    return _signed(url, _bytes(_joined(params)), token)


def _valid(
    url: str, params: tuple[tuple[str, str], ...], body: bytes, header: str, tokens: tuple[str, ...]
) -> bool:
    url = url.partition("#")[0]
    declared = parse_qs(urlsplit(url).query).get("bodySHA256") if "bodySHA256" in url else None
    if declared:
        actual = hashlib.sha256(body).hexdigest()
        if not _same(declared[0], actual):
            return False
        params = ()
    elif body and not params:
        return False  # something unreadable was sent and nothing signs it
    forms = tuple(_readings(params))
    return any(
        _same(_signed(spelling, form, token), header)
        for spelling in _spellings(url)
        for form in forms
        for token in tokens
        if token
    )


def _joined(params: Pairs) -> str:
    # Keys are sorted, never key+value: conference events carry Reason and ReasonConferenceEnded.
    return "".join(key + value for key, value in sorted(set(params)))


def _signed(url: str, form: bytes, token: str) -> str:
    digest = hmac.digest(token.encode(), _bytes(url) + form, "sha1")
    return base64.b64encode(digest).decode()


def _spellings(url: str) -> Iterator[str]:
    """Twilio is not consistent about the port: as given, without, and with the standard one."""
    yield url
    parts = urlsplit(url)
    place = parts.netloc
    if parts.port is not None:
        other = place[: place.rindex(":")]
    else:
        other = f"{place}:{443 if parts.scheme == 'https' else 80}"
    start = len(parts.scheme) + len("://")
    yield url[:start] + other + url[start + len(place) :]
    if "'" in parts.query:
        yield urlunsplit(parts._replace(query=parts.query.replace("'", "%27")))


def _readings(params: Pairs) -> Iterator[bytes]:
    """A form with bytes that are no text may be signed as bytes or with replacement characters."""
    text = _joined(params)
    yield _bytes(text)
    if NOT_TEXT.search(text):
        yield _bytes(_joined((_replaced(name), _replaced(value)) for name, value in params))


def _replaced(text: str) -> str:
    return _bytes(text).decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), _bytes(other))
