from __future__ import annotations

import socket

from lti_bridge.http.connections import Policy, _addresses, resolve


def test_of_several_addresses_only_the_public_ones_are_tried():
    given = ["10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111", "169.254.169.254"]

    def resolver(_, port):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in given]

    def tried(*, private: bool) -> list[str]:
        policy = Policy(private, 2.0, resolver)
        return [info[4][0] for info in _addresses(policy, "mixed.example", 443)]

    assert tried(private=False) == ["8.8.8.8", "2606:4700::1111"]
    assert tried(private=True) == given


def test_the_system_resolves_names_for_streams():
    found = resolve("localhost", 80)

    assert found
    assert {info[1] for info in found} == {socket.SOCK_STREAM}
