"""The Glific client against the stateful fake: sessions, resumes, races, the signed callback."""

from __future__ import annotations

import pytest

from flowhook.errors import FlowhookError, ProviderError, ProviderRejected, ProviderUnavailable
from flowhook.providers.glific import GlificClient, Said, Tokens, sign_resume
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import HttpReply
from tests.fakes.glific import FakeGlific
from tests.fakes.openai import FakeOpenAI


class Shelf:
    """A session kept in memory."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None

    def read(self) -> Tokens | None:
        return self.tokens

    def write(self, tokens: Tokens | None) -> None:
        self.tokens = tokens


class Opened:
    """A client of the fake that lives in the fake's time, and how long it slept."""

    def __init__(self, glific: FakeGlific, password: str = "") -> None:
        self.glific = glific
        self.shelf = Shelf()
        self.slept: list[float] = []
        self.client = GlificClient(
            glific.api_url,
            RequestsTransport(),
            self.shelf,
            glific.phone,
            password or glific.password,
            clock=self.read_clock,
            sleep=self.slept.append,
        )

    def read_clock(self) -> float:
        return self.glific.now.timestamp()


@pytest.fixture
def opened(glific: FakeGlific) -> Opened:
    return Opened(glific)


def test_the_result_is_merged_into_the_flows_results(glific: FakeGlific, opened: Opened) -> None:
    flow = glific.park(1, 2)
    opened.client.resume("1", "2", {"gpt": {"message": "hi", "नाम": "é"}})
    assert flow.results == {"gpt": {"message": "hi", "नाम": "é"}}


def test_a_session_is_used_until_it_is_about_to_lapse_and_then_renewed(
    glific: FakeGlific, opened: Opened
) -> None:
    for contact, minutes in enumerate((0, 25, 4.5, 20)):
        glific.pass_time(minutes * 60)
        glific.park(1, contact)
        opened.client.resume("1", str(contact), {})
    assert (glific.logins, glific.renewals) == (1, 1)


def test_a_session_glific_forgot_is_begun_anew(glific: FakeGlific, opened: Opened) -> None:
    opened.shelf.tokens = Tokens("stale", "stale", glific.now.timestamp() + 1000)
    flow = glific.park(1, 2)
    opened.client.resume("1", "2", {})
    assert (flow.resumed, glific.logins) == (1, 1)


def test_a_renewal_that_is_refused_becomes_a_login(glific: FakeGlific, opened: Opened) -> None:
    opened.shelf.tokens = Tokens("stale", "stale", 0)
    flow = glific.park(1, 2)
    opened.client.resume("1", "2", {})
    assert (flow.resumed, glific.logins, glific.renewals) == (1, 1, 0)


def test_a_wrong_password_is_the_admins_to_mend(glific: FakeGlific) -> None:
    with pytest.raises(ProviderRejected) as caught:
        Opened(glific, password="wrong").client.resume("1", "2", {})
    assert "password" in caught.value.message
    assert "wrong" not in caught.value.message


def test_a_flow_that_does_not_wait_yet_is_tried_again(glific: FakeGlific, opened: Opened) -> None:
    glific.arrives_late = 3
    flow = glific.park(1, 2)
    opened.client.resume("1", "2", {"gpt": {}})
    assert opened.slept == [0.3, 0.6, 1.2]
    assert flow.resumed == 1


def test_a_flow_that_never_waits_is_given_up(glific: FakeGlific, opened: Opened) -> None:
    with pytest.raises(ProviderRejected, match="does not wait"):
        opened.client.resume("1", "2", {})
    assert opened.slept == [0.3, 0.6, 1.2, 2.4]


def test_a_glific_that_is_down_or_away_is_a_provider_failure(
    glific: FakeGlific, opened: Opened
) -> None:
    glific.down = True
    with pytest.raises(ProviderError):
        opened.client.resume("1", "2", {})
    away = GlificClient(FakeOpenAI.closed_base_url(), RequestsTransport())
    with pytest.raises(ProviderUnavailable):
        away.resume("1", "2", {})


def test_something_else_at_the_address_is_told(openai: FakeOpenAI) -> None:
    client = GlificClient(openai.origin, RequestsTransport(), None, "1", "2")
    with pytest.raises(FlowhookError):
        client.resume("1", "2", {})
    openai.violations.clear()


def test_the_signed_callback_matches_the_documented_vector() -> None:
    payload = b'{"contact_id":2,"flow_id":3,"organization_id":1,"timestamp":1700000000000000}'
    signature = sign_resume("test-secret", 1700000000000000, payload)
    assert signature == "21f1696aa811573dd25d96ec4dc09401803d58c891f3b486dada6b3f13f77145"


def test_the_signed_callback_wakes_the_flow(glific: FakeGlific, opened: Opened) -> None:
    flow = glific.park(3, 2)
    metadata = {"organization_id": 1, "flow_id": 3, "contact_id": 2, "result_name": "gpt"}
    opened.client.resume_signed(glific.phrase, metadata, Said("hi", "thread-1"))
    assert not glific.dropped
    assert flow.results["gpt"]["message"] == "hi"
    assert flow.results["gpt"]["thread_id"] == "thread-1"
    assert flow.message == "No Response"  # no webhook_log_id was echoed


def test_the_fake_drops_what_glific_would_drop(glific: FakeGlific, opened: Opened) -> None:
    metadata = {"organization_id": 1, "flow_id": 3, "contact_id": 2}
    for wrong, phrase in (
        ({"organization_id": 2}, glific.phrase),
        ({"flow_id": "3"}, glific.phrase),
        ({}, "another phrase"),
    ):
        opened.client.resume_signed(phrase, {**metadata, **wrong}, Said("hi"))
    assert glific.dropped == ["another organisation", "ids must be integers", "wrong signature"]


class Says:
    """A transport whose server gives a session, and to every mutation the same answer."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def send(self, method: str, url: str, *_: object) -> HttpReply:
        session = b'{"data": {"access_token": "a", "renewal_token": "r"}}'
        return HttpReply(200, {}, session if url.endswith("/session") else self.answer)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"data": []}',
        b'{"data": "no"}',
        b'{"data": {"resumeContactFlow": "no"}}',
        b'{"data": {"resumeContactFlow": {"success": true, "errors": "no"}}}',
        b'{"errors": {"message": "no"}}',
        b'{"errors": ["no"]}',
    ],
)
def test_an_answer_of_another_shape_is_a_refusal(answer: bytes) -> None:
    client = GlificClient("http://glific.example", Says(answer), None, "1", "secret")
    with pytest.raises(ProviderRejected):
        client.resume("1", "2", {"gpt": {}})


def test_a_text_is_written_to_a_contact(glific: FakeGlific, opened: Opened) -> None:
    opened.client.send("2", "Yes, é")
    assert glific.messages == [(2, "Yes, é")]
    glific.silent.add(2)
    with pytest.raises(ProviderRejected, match="did not send"):
        opened.client.send("2", "And?")
    assert glific.messages == [(2, "Yes, é")]
