"""Which addresses are public: the ones the bridge calls unless private networks are allowed.

After the IANA registries of special-purpose addresses (RFC 6890). ``ipaddress`` knows most of
them; this adds what it misses, and looks into IPv6 addresses that carry an IPv4 address.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291; the rest of IPv6 is not handed out
_MISSED = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments, RFC 6890: Python knows parts of it
        "192.88.99.0/24",  # 6to4 relays, given up by RFC 7526
        "2001::/23",  # protocol assignments, Teredo among them: no service lives here
        "3fff::/20",  # documentation, RFC 9637
    )
)


def is_public(address: str) -> bool:
    """Whether ``address`` (numeric IPv4 or IPv6, with or without a zone) is on the internet.

    Not public are loopback, private, link-local, unique-local, carrier-grade NAT, multicast,
    unspecified, reserved and documentation addresses, and IPv6 forms that carry one of those.
    """
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return _is_unicast(parsed)
    carried = _carried(parsed)
    if carried is not None:
        return _is_unicast(carried)
    return parsed in _GLOBAL_UNICAST and _is_unicast(parsed)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Find the IPv4 address that packets to ``address`` end up at: mapped, NAT64 or 6to4."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_unicast(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _MISSED)
    )
