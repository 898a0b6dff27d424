"""What can go wrong with a chat model, in the few kinds that make a difference to a reader or an operator. Pure."""

from email.utils import parsedate_to_datetime
from enum import StrEnum
from time import time
from typing import Any


class Fault(StrEnum):
    """Each has a sentence for the reader (messages.yaml, generative.fault_…) and one for the operator (check_…)."""

    UNREACHABLE = "unreachable"  # refused, no such host, no route
    TIMEOUT = "timeout"  # no answer in time, or a silence in the middle
    KEY = "key"  # 401, 403
    NOT_FOUND = "not_found"  # 404: no such model or address
    BUSY = "busy"  # 429
    SERVER = "server"  # 5xx
    CONTEXT = "context"  # more text than the model reads
    REQUEST = "request"  # any other 4xx
    CUT = "cut"  # the stream ended before the reply did
    MALFORMED = "malformed"  # not JSON, not server-sent events, not the fields expected
    EMPTY = "empty"
    TOO_LONG = "too_long"
    REFUSED = "refused"  # the model, or a filter before it, will not answer
    FORMAT = "format"  # a reply, but no statement in it that cites a source
    UNSUPPORTED = "unsupported"  # statements, but too few that the sources support
    PAUSED = "paused"  # it failed several times in a row and is left alone for a while

    @property
    def passing(self) -> bool:
        """Whether asking again soon may help."""
        return self in (Fault.BUSY, Fault.SERVER)

    @property
    def outage(self) -> bool:
        """Whether it says that the service is down, not that this one reply was bad."""
        return self in (Fault.UNREACHABLE, Fault.TIMEOUT, Fault.KEY, Fault.NOT_FOUND, Fault.BUSY, Fault.SERVER)


class ModelFaultError(Exception):
    """A call that gave no usable reply; `retry_after` in seconds where the server asked for it."""

    def __init__(self, fault: Fault, retry_after: float | None = None) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.retry_after = retry_after


def fault_of(error: BaseException, *, begun: bool = False) -> Fault:
    """The kind of an exception of any client, by its HTTP status where it has one, else by what it is called.

    `begun`: whether a part of the reply had arrived.
    """
    names = " ".join(kind.__name__ for link in _chain(error) for kind in type(link).__mro__)
    if "ContextOverflow" in names:
        return Fault.CONTEXT
    status = next((s for link in _chain(error) if (s := _status(link)) is not None), None)
    if status is not None:
        return _of_status(status, str(error))
    if isinstance(error, TimeoutError) or "Timeout" in names:
        return Fault.TIMEOUT
    if any(word in names for word in ("ConnectError", "ConnectionRefused", "gaierror")):
        return Fault.UNREACHABLE
    if any(word in names for word in ("RemoteProtocolError", "ReadError", "IncompleteRead", "ConnectionReset")):
        return Fault.CUT
    if any(word in names for word in ("JSONDecodeError", "ValidationError", "UnicodeDecodeError", "DecodingError")):
        return Fault.MALFORMED
    if "Connection" in names:
        return Fault.CUT if begun else Fault.UNREACHABLE
    return Fault.MALFORMED


def retry_after(error: BaseException) -> float | None:
    """Seconds that a server asks to wait: a number, or a date, in the header Retry-After."""
    for link in _chain(error):
        headers: Any = getattr(getattr(link, "response", None), "headers", None)
        value = headers.get("retry-after") if headers is not None else None
        if value is None:
            continue
        try:
            return max(float(value), 0.0)
        except ValueError:
            pass
        try:
            return max(parsedate_to_datetime(value).timestamp() - time(), 0.0)
        except (TypeError, ValueError):
            return None
    return None


def _of_status(status: int, text: str) -> Fault:
    if status in (401, 403):
        return Fault.KEY
    if status == 404:
        return Fault.NOT_FOUND
    if status == 429:
        return Fault.BUSY
    if status == 408 or status == 504:
        return Fault.TIMEOUT
    if status >= 500:
        return Fault.SERVER
    too_long = status == 413 or ("context" in text.lower() and any(w in text.lower() for w in ("length", "window")))
    return Fault.CONTEXT if too_long else Fault.REQUEST


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        value = getattr(holder, "status_code", None)
        if isinstance(value, int) and value >= 400:
            return value
    return None


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what caused it, the outermost first."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain
