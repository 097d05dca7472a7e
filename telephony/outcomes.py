"""What came of a request to the carrier: refused, busy, or nobody knows?"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from telephony import codes

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

OK, MULTIPLE = 200, 300
TIMED_OUT, TOO_MANY, FAILED = 408, 429, 500
GONE_CODES = frozenset({21220, 20404, 404, 16020})


class CarrierError(Exception):
    """Something went wrong between us and the carrier."""


class CarrierRefused(CarrierError):
    """The carrier said no, and nothing happened. `permanent`: asking again is useless."""

    def __init__(self, code: int, message: str, *, permanent: bool = True) -> None:
        """Keep the carrier's code and message; `words` is the same for the operator."""
        self.code, self.permanent = code, permanent
        self.words = codes.words(code, message)
        super().__init__(f"{code}: {message}")

    @property
    def gone(self) -> bool:
        """Whether the leg or room is simply over: a benign race."""
        return self.code in GONE_CODES


class CarrierBusy(CarrierError):
    """Too many requests, or not ready yet: nothing happened, ask again in a moment."""


class CarrierUnknown(CarrierError):
    """No answer, or a broken one: it may have happened. Look for evidence before asking again."""


class CarrierFailed(CarrierUnknown):
    """It answered that it failed."""


def question(ask: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """What changes nothing is asked once more, at once, when the carrier failed.

    A look that waits for its next turn leaves a caller in an empty room as long.
    """

    @wraps(ask)
    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with suppress(CarrierFailed):
            return ask(*args, **kwargs)
        return ask(*args, **kwargs)

    return asked


@contextmanager
def outcome() -> Iterator[None]:
    """Turn whatever the library raises into one of our three outcomes."""
    from requests import RequestException
    from twilio.base.exceptions import TwilioException

    try:
        yield
    except TwilioException as error:
        raise _raised(error) from error
    except (RequestException, OSError) as error:  # time-out, reset, refused connection
        raise CarrierUnknown(type(error).__name__) from error
    except (ValueError, TypeError, KeyError) as error:  # an answer that is not the carrier's
        raise CarrierUnknown(f"unreadable answer: {type(error).__name__}") from error


def _raised(error: Exception) -> CarrierError:
    status = int(getattr(error, "status", 0) or 0)
    code = int(getattr(error, "code", 0) or status)
    message = str(getattr(error, "msg", "") or error)
    if not status:
        status, code, message = _of_page(error)
    if status == TOO_MANY:
        return CarrierBusy(message)
    if status >= FAILED:
        return CarrierFailed(message)
    if OK <= status < MULTIPLE or status in {0, TIMED_OUT}:
        return CarrierUnknown(message)
    return CarrierRefused(code, message)


def _of_page(error: Exception) -> tuple[int, int, str]:
    """Read a refused list: there the library raises a bare exception around the answer."""
    answer = error.args[1] if len(error.args) > 1 else None
    status = int(getattr(answer, "status_code", 0))
    try:
        said = json.loads(getattr(answer, "text", ""))
        return status, int(said["code"]), str(said["message"])
    except (ValueError, TypeError, KeyError):
        return status, status, str(error.args[0] if error.args else error)
