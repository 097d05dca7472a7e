"""Which X-Twilio-Signature does Twilio put on a webhook?

Twilio's "Webhooks security" page: HMAC-SHA1 over the URL as configured and the sorted parameters.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(auth_token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Base64 signature; `params` is empty for GET and JSON. Keys sort, each key's values too."""
    values: dict[str, set[str]] = {}
    for key, value in params:
        values.setdefault(key, set()).add(value)
    text = url + "".join(key + value for key in sorted(values) for value in sorted(values[key]))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
