from __future__ import annotations

import pytest

from flowhook.organisations.lockout import ATTEMPTS
from tests.fixtures_app import ADMIN_TOKEN, OpenService, Service
from tests.web.visitor import HTML, Visitor, signed_in
from web import sessions
from web.sign_in_words import wait


def test_a_page_without_a_session_leads_to_sign_in(service: Service) -> None:
    page = Visitor(service.app).get("/organisations/acme/logs?status=ok")
    assert page.status == 303
    assert page.headers["Location"] == "/sign-in?next=/organisations/acme/logs%3Fstatus%3Dok"


def test_signing_in_leads_to_where_one_wanted(service: Service) -> None:
    service.organisation()
    visitor = Visitor(service.app)
    shown = visitor.get("/sign-in?next=/organisations/acme/logs%3Fstatus%3Dok")
    target = shown.values()["next"]
    entered = visitor.post("/sign-in", {"token": ADMIN_TOKEN, "next": target})
    assert (entered.status, entered.headers["Location"]) == (
        303,
        "/organisations/acme/logs?status=ok",
    )
    assert visitor.get(entered.headers["Location"]).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/a\nb",
        "javascript:alert(1)",
        "",
    ],
)
def test_signing_in_never_leads_away(service: Service, target: str) -> None:
    visitor = Visitor(service.app)
    visitor.get("/sign-in")
    entered = visitor.post("/sign-in", {"token": ADMIN_TOKEN, "next": target})
    assert entered.headers["Location"] == "/"


def test_an_admin_lands_at_the_own_organisation(service: Service) -> None:
    visitor = signed_in(service, service.organisation().admin_token)
    assert visitor.get("/").headers["Location"] == "/organisations/acme"
    assert visitor.get("/organisations/acme").status == 200
    assert visitor.get("/organisations").status == 403


def test_what_asks_for_no_page_is_refused_in_json(service: Service) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = service.request("POST", "/sign-in", raw=b"token=wrong", headers=form)
    assert (refused.status, refused.error["type"]) == (403, "forbidden")


def test_a_wrong_token_is_refused_in_words(service: Service) -> None:
    visitor = Visitor(service.app)
    refused = visitor.sign_in("fh.acme.0123456789ab.0123456789012345678901234567890")
    assert refused.status == 401
    assert "This token is not valid" in refused.text
    assert "Bearer" not in refused.text
    assert "makes a new one under Tokens" in refused.text
    assert visitor.get("/").headers["Location"] == "/sign-in"


def test_a_webhook_token_opens_no_pages(service: Service) -> None:
    refused = Visitor(service.app).sign_in(service.organisation().webhook_token)
    assert refused.status == 403
    assert "Sign in with a person's token" in refused.text


def test_signing_in_is_a_use_of_the_token(service: Service) -> None:
    token = service.organisation().admin_token
    signed_in(service, token)
    tokens = service.operator("GET", "/settings/acme/tokens").json["tokens"]
    used = {known["id"]: known["last_used_at"] for known in tokens}
    assert used[token.split(".")[2]] is not None


@pytest.mark.parametrize("form", ["a=&" * 3000, "token=" + "a" * 8192])
def test_a_form_larger_than_the_page_needs_is_refused(service: Service, form: str) -> None:
    visitor = Visitor(service.app)
    headers = {"Accept": HTML, "Content-Type": "application/x-www-form-urlencoded"}
    answer = visitor.client.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 413
    assert "8 KiB" in answer.text


def test_a_form_of_too_many_fields_is_refused_before_it_is_parsed(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    for fields, status in ((1000, 413), (998, 303)):
        form = f"csrf={visitor.csrf}" + "&a=" * fields
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        path = "/organisations/acme/settings/openai"
        assert visitor.client.post(path, data=form, headers=headers).status_code == status


def test_guessing_is_locked_out(service: Service) -> None:
    visitor = Visitor(service.app)
    for number in range(ATTEMPTS):
        assert visitor.sign_in(f"guess-guess-{number}").status == 401
    locked = visitor.sign_in("guess-guess-guess")
    assert locked.status == 429
    assert "Too many wrong tokens came from your network" in locked.text
    seconds = int(locked.headers["Retry-After"])
    assert 0 < seconds <= 60
    assert f"Wait {wait(seconds)}, then try again" in locked.text


def test_the_cookie_is_out_of_scripts_reach(service: Service) -> None:
    [cookie] = [one for one in Visitor(service.app).sign_in().cookies if "form" not in one]
    assert cookie.startswith("flowhook=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert ADMIN_TOKEN not in cookie


@pytest.mark.parametrize("public_url", [None, "https://flows.example"])
def test_the_cookie_is_secure_with_https(
    open_service: OpenService, fake_redis: object, public_url: str | None
) -> None:
    service = open_service(fake_redis, public_url=public_url)
    base_url = "http://localhost" if public_url else "https://localhost"
    entered = Visitor(service.app, base_url).sign_in()
    [cookie] = [one for one in entered.cookies if "__Host-" in one]
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_the_store_keeps_neither_token_nor_cookie(service: Service) -> None:
    tenant = service.organisation()
    cookie = Visitor(service.app).sign_in(tenant.admin_token).cookies[0]
    session_id = cookie.partition("=")[2].partition(";")[0]
    [key] = service.redis.keys("fh:session:*")
    stored = key + service.redis.get(key)
    secret = tenant.admin_token.rpartition(".")[2]
    assert session_id.encode() not in stored
    assert secret.encode() not in stored
    assert b"acme" in stored


def test_the_form_needs_its_own_token(service: Service) -> None:
    visitor = Visitor(service.app)
    visitor.get("/sign-in")
    visitor.csrf = "x" * 32
    refused = visitor.post("/sign-in", {"token": ADMIN_TOKEN})
    assert refused.status == 403
    assert "this form has expired" in refused.text.lower()


def test_a_browser_without_cookies_is_told_so(
    open_service: OpenService, fake_redis: object
) -> None:
    """As under http where PUBLIC_URL is https, since the cookies are secure."""
    visitor = Visitor(open_service(fake_redis, public_url="https://flows.example").app)
    visitor.client = visitor.client.application.test_client(use_cookies=False)
    visitor.get("/sign-in")
    refused = visitor.post("/sign-in", {"token": ADMIN_TOKEN})
    assert refused.status == 403
    assert "sent no cookie back" in refused.text


def test_another_site_cannot_sign_one_in(service: Service) -> None:
    visitor = Visitor(service.app)
    visitor.get("/sign-in")
    refused = visitor.post("/sign-in", {"token": ADMIN_TOKEN}, Sec_Fetch_Site="cross-site")
    assert refused.status == 403


def test_signing_out_ends_the_session(service: Service) -> None:
    visitor = signed_in(service)
    assert visitor.get("/").status == 200
    left = visitor.post("/sign-out")
    assert (left.status, left.headers["Location"]) == (303, "/sign-in")
    assert not service.redis.keys("fh:session:*")
    assert visitor.get("/").status == 303


def test_signing_in_again_ends_the_session_before(service: Service) -> None:
    visitor = signed_in(service)
    visitor.post("/sign-in", {"token": ADMIN_TOKEN})
    again = Visitor(service.app)
    again.get("/sign-in")
    assert len(service.redis.keys("fh:session:*")) == 1


def test_a_session_ends_when_idle(service: Service) -> None:
    visitor = signed_in(service)
    [key] = service.redis.keys("fh:session:*")
    assert 0 < service.redis.ttl(key) <= sessions.IDLE_SECONDS
    service.redis.expire(key, 100)
    assert visitor.get("/").status == 200
    assert service.redis.ttl(key) > 100, "a request puts the end off"
    service.redis.expire(key, 100)
    assert visitor.get("/", X_Renewal="yes").status == 200
    assert service.redis.ttl(key) <= 100, "but not a page that renews itself"


def test_a_session_ends_after_seven_days(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = signed_in(service)
    monkeypatch.setattr(sessions, "LIFE_SECONDS", -1)
    assert visitor.get("/").status == 303
    assert not service.redis.keys("fh:session:*")


def test_a_revoked_token_ends_its_sessions(service: Service) -> None:
    tenant = service.organisation()
    visitor = signed_in(service, tenant.admin_token)
    token_id = tenant.admin_token.split(".")[2]
    assert service.operator("DELETE", f"/settings/acme/tokens/{token_id}").status == 204
    assert visitor.get("/organisations/acme").status == 303


def test_a_deleted_organisation_ends_its_sessions(service: Service) -> None:
    visitor = signed_in(service, service.organisation().admin_token)
    assert service.operator("DELETE", "/settings/acme").status == 204
    assert visitor.get("/organisations/acme").status == 303


def test_a_new_admin_token_ends_the_operators_sessions(
    service: Service, open_service: OpenService
) -> None:
    visitor = signed_in(service)
    changed = open_service(service.redis, admin_token="another-operator-token-0123456789")
    visitor.client.application = changed.app
    assert visitor.get("/").status == 303


def test_a_session_that_has_ended_says_so(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    service.redis.delete(*service.redis.keys("fh:session:*"))
    sent_on = visitor.get("/organisations/acme/logs").headers["Location"]
    assert sent_on == "/sign-in?next=/organisations/acme/logs&ended=1"
    page = visitor.get(sent_on)
    assert "Your session has ended" in page.text
    assert page.values()["next"] == "/organisations/acme/logs"
    assert "has ended" not in Visitor(service.app).get("/sign-in").text


def test_a_form_sent_after_the_session_has_ended_keeps_what_was_typed(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    service.redis.delete(*service.redis.keys("fh:session:*"))
    typed = {"prompt": "Answer in <Hindi>\nonly.", "api_key": "sk-secret-0123456789", "model": ""}
    page = visitor.post(
        "/organisations/acme/functions/parse_via_chat_gpt",
        typed,
        Referer="http://localhost/organisations/acme/functions/parse_via_chat_gpt",
    )
    assert page.status == 401
    assert "Your session has ended" in page.text
    assert "Answer in &lt;Hindi&gt;\nonly." in page.html
    assert "sk-secret" not in page.html
    assert page.values()["next"] == "/organisations/acme/functions/parse_via_chat_gpt"
    visitor.csrf = page.values()["csrf"]
    assert visitor.post("/sign-in", {"token": ADMIN_TOKEN}).status == 303


def test_a_page_of_another_site_is_not_where_one_goes_on(service: Service) -> None:
    page = Visitor(service.app).post("/organisations/acme/name", {}, Referer="http://x.example/a")
    assert (page.status, page.values()["next"]) == (401, "/")
