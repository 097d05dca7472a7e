"""What can go wrong in Twilio's own words: its error codes and their sentences."""


class TwimlFailure(Exception):
    """A fatal error while fetching or performing a document: the fallback URL is next."""

    def __init__(self, code: int, message: str, url: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code, self.message, self.url = code, message, url


class RestFailure(Exception):
    """A REST request that is refused, as Twilio's JSON error body."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.status, self.code, self.message = status, code, message


class RealAccountError(RuntimeError):
    """A real-looking Twilio account is configured here: the emulator refuses to start."""
