"""Which X-Twilio-Signature does Twilio put on a webhook?

Twilio's "Webhooks security" page: HMAC-SHA1 over the URL as configured and the sorted parameters.
"""

import base64
import hmac
from collections.abc import Iterable


def sign(auth_token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Base64 signature; `params` is empty for GET and JSON. Keys sort, each key's values too."""
    text = url + "".join([key + value for key, value in sorted(set(params))])
    digest = hmac.digest(auth_token.encode(), text.encode(), "sha1")
    return base64.b64encode(digest).decode()
