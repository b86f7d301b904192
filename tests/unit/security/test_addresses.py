"""Whose address counts, behind proxies of ours and of anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.security import client_address, networks

PROXIES = networks(["127.0.0.1", "10.0.0.0/8", "fd00::/8", "2001:db8::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts"),
    [
        # Nobody's word but ours.
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        # A proxy that wrote none.
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", " , ,", "127.0.0.1"),
        # A network of one's own counts as one; the proxy's neighbours are no proxies.
        ("2001:db8:5:6:7:8:9:a", "", "2001:db8:5:6::/64"),
        ("2001:db8::1", "2001:db8::2", "2001:db8::/64"),
        ("2001:db8::2", "198.51.100.1", "2001:db8::/64"),
        ("fd12::1", "[2001:db8:9::1]", "2001:db8:9::/64"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "", "fe80::/64"),
        # Rubbish.
        ("", "198.51.100.1", "unknown"),
        ("127.0.0.1", "rubbish", "unknown"),
        ("127.0.0.1", "198.51.100.1, rubbish", "unknown"),
        ("127.0.0.1", "x" * 100_000 + ", 198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_first_that_is_no_proxy_of_ours(peer, forwarded, counts):
    assert client_address(peer, forwarded, PROXIES) == counts


@given(st.text(), st.text())
def test_whatever_is_sent_it_is_some_address(peer, forwarded):
    assert client_address(peer, forwarded, PROXIES)


@given(st.text())
def test_without_proxies_nothing_that_is_sent_counts(forwarded):
    assert client_address("203.0.113.9", forwarded, ()) == "203.0.113.9"
