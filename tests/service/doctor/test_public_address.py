"""What doctor says of PUBLIC_URL, asking it."""

from __future__ import annotations

from service.doctor.finding import ADVICE, WRONG
from service.doctor.public_address import public_address
from tests.fakes.receiver import Receiver
from tests.free_ports import free_port


def test_an_address_without_tls_gets_advice() -> None:
    assert public_address(None).state == ADVICE
    with Receiver() as fake:
        fake.answer = {"success": True, "status": "ok"}
        found = public_address(fake.origin)
        assert (found.state, found.words) == (ADVICE, f"{fake.origin} answers, without TLS")
        assert fake.requests[-1].path == "/healthz"
        assert public_address(f"{fake.origin}/").state == ADVICE


def test_what_answers_there_must_be_the_service() -> None:
    with Receiver() as fake:
        fake.answer = {"welcome": "to nginx"}
        found = public_address(fake.origin)
        assert found.words.endswith("something else answers there (status 200)")
        fake.answer = {"success": True, "status": "ok"}
        fake.fail(502)
        assert public_address(fake.origin).state == WRONG


def test_nobody_there_is_told() -> None:
    found = public_address(f"https://127.0.0.1:{free_port()}")
    assert found.state == WRONG
    assert "nobody answers there" in found.words
    assert found.fix
