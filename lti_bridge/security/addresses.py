"""Where a request comes from, behind proxies too.

Anybody can send ``X-Forwarded-For``. It counts only as far as the settings' own proxies wrote it:
read from its end, the first address that is none of theirs is the client's.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN: Final = "unknown"
HOME_BITS: Final = 64
"""Whoever has one IPv6 address usually has 2^64 of them: they count as one."""
LONGEST_HEADER: Final = 2000
"""Of a longer one the end is read, which is what proxies of ours wrote."""


def client_address(peer: str, forwarded_for: str, proxies: Sequence[Network]) -> str:
    """The address to count by; :data:`UNKNOWN` where there is none that can be read.

    ``peer``: whoever holds the connection; ``forwarded_for``: the header's value.
    """
    hops = [hop for hop in forwarded_for[-LONGEST_HEADER:].split(",") if hop.strip()]
    address = _read(peer)
    while hops and address is not None and any(address in network for network in proxies):
        address = _read(hops.pop())
    return UNKNOWN if address is None else _counted(address)


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks, or single addresses, as the settings have them."""
    return tuple(ip_network(text, strict=False) for text in texts)


def _read(text: str) -> Address | None:
    """Also ``[::1]``; of an address within another zone, and an IPv4 one in IPv6's clothes, the
    address itself.
    """
    try:
        address = ip_address(text.strip(" []").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _counted(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOME_BITS), strict=False))
    return str(address)
