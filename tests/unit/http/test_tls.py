from __future__ import annotations

import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lti_bridge.errors import RemoteTimeout, RemoteUnavailable
from tests.unit.http.servers import answering, soon

ASK = {"service": "live", "call": "create"}


def certificate(directory, **names):
    """A self-signed certificate for these names, good for a day; its file, with the key in it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    alternatives = [x509.DNSName(name) for name in names.get("dns", ())]
    alternatives += [x509.IPAddress(ipaddress.ip_address(ip)) for ip in names.get("ip", ())]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = directory / f"{made.serial_number}.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def context(file) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    return made


@pytest.fixture
def localhost(tmp_path):
    return certificate(tmp_path, ip=["127.0.0.1"])


@pytest.fixture
def trusted(localhost, monkeypatch):
    """The machine trusts our certificate, as it would a university's own authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(localhost))
    return localhost


def test_an_untrusted_certificate_is_named_as_the_reason(serve, client, localhost):
    server = serve(answering(), context(localhost))

    with pytest.raises(
        RemoteUnavailable, match="TLS certificate that does not hold: self"
    ) as caught:
        client.get(server.url, **ASK)

    assert type(caught.value) is RemoteUnavailable
    assert "certificate" in caught.value.remedy
    assert server.requests == []
    assert server.connections == 1


def test_an_authority_that_the_machine_trusts_is_trusted(serve, make_client, trusted):
    server = serve(answering(), context(trusted))
    client = make_client(allow_http=False)

    assert client.get(server.url + "/a?b=%7e'[", **ASK).body == b"ok"
    assert client.post(server.url, **ASK, body=b"x" * 100_000, content_type="a/b").body == b"ok"
    assert server.connections == 1
    assert server.targets == [b"/a?b=%7e'[", b"/"]


def test_a_certificate_for_another_name_is_refused(serve, client, tmp_path, monkeypatch):
    file = certificate(tmp_path, dns=["other.example"])
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    server = serve(answering(), context(file))

    with pytest.raises(RemoteUnavailable, match="certificate is not valid for"):
        client.get(server.url, **ASK)

    assert server.requests == []


def test_a_server_that_speaks_no_tls_says_so(serve, client):
    def behave(peer):
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with pytest.raises(RemoteUnavailable, match="could not agree with us on TLS"):
        client.get(serve(behave).url.replace("http", "https"), **ASK)


def test_a_server_that_hangs_up_during_the_handshake_is_tried_again(serve, client):
    server = serve(lambda peer: peer.connection.recv(100))

    with pytest.raises(RemoteUnavailable, match="closed the connection before answering"):
        client.get(server.url.replace("http", "https"), **ASK)

    assert server.connections == 2


def test_a_server_that_drips_its_handshake_is_cut_off(serve, client):
    def behave(peer):
        peer.connection.recv(100)
        # The beginning of a handshake record of 16 kB.
        peer.drip(b"\x16\x03\x03\x40\x00\x02" + bytes(16_000))

    with soon(), pytest.raises(RemoteTimeout):
        client.get(serve(behave).url.replace("http", "https"), **ASK, timeout=0.3)


@pytest.mark.parametrize("again", [False, True])
def test_a_server_that_drips_over_tls_is_cut_off(serve, client, trusted, again):
    def behave(peer):
        if again:
            peer.read_request()
            peer.answer()
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        peer.drip(b"x" * 5000)

    server = serve(behave, context(trusted))
    if again:
        client.get(server.url, **ASK)

    with soon(), pytest.raises(RemoteTimeout):
        client.get(server.url, **ASK, timeout=0.4)

    assert server.connections == 1


def test_a_stale_connection_is_replaced_over_tls(serve, client, trusted):
    def behave(peer):
        peer.read_request()
        peer.answer()
        peer.read_request()

    server = serve(behave, context(trusted))

    assert [client.get(server.url, **ASK).body for _ in range(3)] == [b"ok"] * 3
    assert server.connections == 3
