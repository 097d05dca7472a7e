"""What does an identifier that leaves the house look like?"""

import secrets


def new() -> str:
    """Return 22 random characters, safe in a URL: never sequential, never a number or a name."""
    return secrets.token_urlsafe(16)
