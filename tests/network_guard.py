"""Who refuses a test's connection to anything but this machine?"""

import ipaddress
import socket
from typing import Any

refused: list[str] = []


class OutsideConnectionError(OSError):
    """A test tried to reach another machine."""


def install() -> None:
    """Close the way out for this process, once; the attempts are kept for the test to fail on."""
    if getattr(socket.socket.connect, "guarded", False):
        return
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    socket.getaddrinfo = named_here(socket.getaddrinfo)


def guarded(connect: Any) -> Any:
    def only_here(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not here(address[0]):
            refuse(address[0])
        return connect(self, address)

    only_here.guarded = True  # type: ignore[attr-defined]
    return only_here


def named_here(look_up: Any) -> Any:
    def only_here(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host and not (here(host) or is_address(host)):
            refuse(host)
        return look_up(host, *args, **kwargs)

    return only_here


def refuse(host: Any) -> None:
    refused.append(str(host))
    raise OutsideConnectionError(f"tests may only reach this machine, not {host}")


def here(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host == "localhost":
        return True
    return is_address(host) and ipaddress.ip_address(host.split("%")[0]).is_loopback


def is_address(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else str(host)
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True
