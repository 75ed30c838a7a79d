"""TLS with callers' servers, by name, whatever address is connected."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flowhook import errors
from tests.fakes.web import answer, serve
from tests.flowhook.providers.fetching import NAME, guard


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_tls_verifies_the_name_though_the_address_is_what_is_connected(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    trusting = guard(NAME, "wrong.example.org")
    with serve(answer(), tls=context) as server:
        url = f"https://{NAME}:{server.port}/"
        assert trusting.fetch(url, max_bytes=99, timeout_seconds=5).content == b"hello"
        assert names == [NAME]
        assert f"Host: {NAME}:{server.port}" in server.requests[0]
        with pytest.raises(errors.ProviderUnavailable, match="certificate"):
            trusting.fetch(
                f"https://wrong.example.org:{server.port}/", max_bytes=99, timeout_seconds=5
            )
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(errors.ProviderUnavailable, match="certificate"):
            guard().fetch(url, max_bytes=99, timeout_seconds=5)
    assert len(server.requests) == 1
