"""A stateful fake of Google: sign-in of service accounts, sheets as CSV, and the Sheets API v4.

It verifies the signature, audience and times of a JWT, knows which token has which scope and when
it expires, who may see and who may edit which sheet, and reads what is typed into a cell as Google
does (`=` begins a formula, `'` a text). A sheet's CSV comes by a redirect; one that is not shared
leads to the page to sign in, with 200 (`answers_401`: or 401), as Google does either.

    with FakeGoogle() as google:
        account = google.account("bot@project.iam.gserviceaccount.com")
        sheet = google.sheet([["Key", "Message"], ["1", "Namaste"]], shared=True)

Sources: https://developers.google.com/identity/protocols/oauth2/service-account and
https://developers.google.com/workspace/sheets/api/reference/rest
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.service import FakeService

AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = {
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
}
EMAIL = "bot@project.iam.gserviceaccount.com"
MOST_CHARACTERS = 50_000  # of a cell
RANGE = re.compile(r"(?:(?:'([^']+)'|([\w ]+))!)?[A-Z]{1,3}[0-9]*(?::[A-Z]{1,3}[0-9]*)?")
FORMULA = "formula: "

Cells = list[list[str]]


@dataclass
class Tab:
    title: str
    rows: Cells


@dataclass
class Sheet:
    """A spreadsheet: `tabs` by gid, who may see and edit it, whether anyone may see it."""

    id: str
    tabs: dict[int, Tab]
    shared: bool = False
    readers: set[str] = field(default_factory=set)
    editors: set[str] = field(default_factory=set)
    published: str = ""

    @property
    def link(self) -> str:
        """The address in the browser, as authors copy it."""
        gid = next(iter(self.tabs))
        return f"https://docs.google.com/spreadsheets/d/{self.id}/edit?gid={gid}#gid={gid}"

    @property
    def rows(self) -> Cells:
        """The cells of the first tab."""
        return next(iter(self.tabs.values())).rows


@cache
def new_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_id(number: int) -> str:
    return f"{number:040x}"


def key_file(email: str = EMAIL, number: int = 0) -> str:
    """The file that Google gives for a service account's key."""
    pem = new_key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = {
        "type": "service_account",
        "project_id": "project",
        "private_key_id": key_id(number),
        "private_key": pem.decode(),
        "client_email": email,
        "client_id": "123456789012345678901",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": AUDIENCE,
        "universe_domain": "googleapis.com",
    }
    return json.dumps(file, indent=2)


class FakeGoogle(FakeService):
    """`url` serves all three; `statuses` and `says` queue statuses, or bodies of a success, that
    are answered in the place of true ones."""

    def __init__(self) -> None:
        self.sheets: dict[str, Sheet] = {}
        self.api_enabled = True
        self.answers_401 = False
        self.statuses: list[int] = []
        self.says: list[bytes] = []
        self.token_seconds = 3599
        self._accounts: dict[str, tuple[str, rsa.RSAPublicKey]] = {}
        self._tokens: dict[str, tuple[str, str, float]] = {}
        super().__init__()
        self.url = self.origin
        self.addresses = {
            "google_docs_url": self.url,
            "google_sheets_url": self.url,
            "google_token_url": f"{self.url}/token",
            "allow_private_urls": ("127.0.0.1",),
        }
        """What a service is configured with to use this in the place of Google."""

    # --- what a test sets up ------------------------------------------------------------

    def account(self, email: str = EMAIL, key: int = 0) -> str:
        """A service account's key file; made again with another `key`, the earlier is void."""
        self._accounts[email] = (key_id(key), new_key(key).public_key())
        return key_file(email, key)

    def sheet(self, rows: Cells, *, gid: int = 0, **about: Any) -> Sheet:
        made = Sheet(f"1sheet{len(self.sheets)}{'x' * 37}", {gid: Tab("Sheet1", rows)}, **about)
        self.sheets[made.id] = made
        return made

    def end_sessions(self) -> None:
        """No token is good any more."""
        self._tokens.clear()

    def asked(self, part: str) -> int:
        """How many requests had this in their path."""
        return sum(part in one.path for one in self.requests)

    # --- what Google answers ------------------------------------------------------------

    def _serve(self, exchange: Exchange) -> Reply:
        asked = exchange.asked
        with self._lock:
            self.requests.append(asked)
            if self.statuses:
                return _html("Sorry, something went wrong", self.statuses.pop(0))
            if self.says:
                return Reply(200, self.says.pop(0))
            if asked.path == "/token":
                return self._sign_in(asked)
            if asked.path.startswith("/v4/spreadsheets/"):
                return self._api(asked)
            return self._docs(asked)

    def _sign_in(self, asked: Asked) -> Reply:
        kind = asked.headers.get("Content-Type", "")
        if asked.method != "POST" or kind != "application/x-www-form-urlencoded":
            self.violations.append(f"{asked.method} /token of {kind}")
        form = {name: values[0] for name, values in parse_qs(asked.raw.decode()).items()}
        if form.get("grant_type") != GRANT:
            return _oauth("unsupported_grant_type", "Invalid grant_type")
        claims, problem = self._verified(form.get("assertion", ""))
        if problem:
            return _oauth("invalid_grant", problem)
        now = time.time()
        if not (claims["iat"] - 300 <= now <= claims["exp"] <= claims["iat"] + 3600):
            told = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable"
                " timeframe. Check your iat and exp values in the JWT claim."
            )
            return _oauth("invalid_grant", told)
        if claims.get("aud") != AUDIENCE:
            return _oauth("invalid_grant", "Invalid JWT: Failed audience check.")
        if not claims.get("scope"):
            return _oauth("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._tokens[token] = (claims["iss"], claims["scope"], now + self.token_seconds)
        return Reply.of_json(
            {"access_token": token, "expires_in": self.token_seconds, "token_type": "Bearer"}
        )

    def _verified(self, assertion: str) -> tuple[Any, str]:
        """The claims of a JWT that is signed by a known account, else what is wrong."""
        parts = assertion.split(".")
        try:
            head, claims = (json.loads(_decoded(part)) for part in parts[:2])
            signature = _decoded(parts[2])
        except (ValueError, IndexError):
            return None, "Invalid JWT: it must have three parts"
        known = self._accounts.get(claims.get("iss", ""))
        if known is None:
            return None, "Invalid grant: account not found"
        if head.get("alg") != "RS256" or head.get("kid", known[0]) != known[0]:
            return None, "Invalid JWT Signature."
        try:
            signed = ".".join(parts[:2]).encode()
            known[1].verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return None, "Invalid JWT Signature."
        return claims, ""

    def _api(self, asked: Asked) -> Reply:
        bearer = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        email, scope, expires = self._tokens.get(bearer, ("", "", 0.0))
        if expires <= time.time():
            told = "Request had invalid authentication credentials."
            return _refusal(401, "UNAUTHENTICATED", told)
        if not SCOPES & set(scope.split()):
            told = "Request had insufficient authentication scopes."
            return _refusal(403, "PERMISSION_DENIED", told, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
        if not self.api_enabled:
            told = "Google Sheets API has not been used in project 1 before or it is disabled."
            return _refusal(403, "PERMISSION_DENIED", told, "SERVICE_DISABLED")
        sheet_id, _, call = asked.path.removeprefix("/v4/spreadsheets/").partition("/")
        sheet_id, _, verb = sheet_id.partition(":")
        sheet = self.sheets.get(sheet_id)
        if sheet is None or verb:
            return _refusal(404, "NOT_FOUND", "Requested entity was not found.")
        if call == "values:batchGetByDataFilter":
            return self._read(sheet, email, asked.body)
        if call.startswith("values/") and call.endswith(":append"):
            where = unquote(call.removeprefix("values/").removesuffix(":append"))
            return self._append(sheet, email, where, asked)
        return _refusal(404, "NOT_FOUND", "Method not found.")

    def _read(self, sheet: Sheet, email: str, body: Any) -> Reply:
        if not (sheet.shared or email in sheet.readers | sheet.editors):
            return _refusal(403, "PERMISSION_DENIED", "The caller does not have permission")
        filters = body.get("dataFilters")
        if not isinstance(filters, list) or len(filters) != 1:
            return _refusal(400, "INVALID_ARGUMENT", "Must specify at least one data filter.")
        chosen = filters[0]
        tab = next(iter(sheet.tabs.values()))
        if "gridRange" in chosen:
            found = sheet.tabs.get(chosen["gridRange"]["sheetId"])
            if found is None:
                return _refusal(400, "INVALID_ARGUMENT", "No grid with id")
            tab = found
        elif not RANGE.fullmatch(chosen.get("a1Range", "")):
            return _refusal(400, "INVALID_ARGUMENT", "Unable to parse range")
        values = {"range": f"'{tab.title}'!A1:Z1000", "majorDimension": "ROWS"}
        shown = [_trimmed(row) for row in tab.rows]
        filled = {"values": shown} if any(shown) else {}
        inner = {"valueRange": {**values, **filled}, "dataFilters": filters}
        return Reply.of_json({"spreadsheetId": sheet.id, "valueRanges": [inner]})

    def _append(self, sheet: Sheet, email: str, where: str, asked: Asked) -> Reply:
        if email not in sheet.editors:
            return _refusal(403, "PERMISSION_DENIED", "The caller does not have permission")
        if asked.query.get("valueInputOption") not in ("RAW", "USER_ENTERED"):
            return _refusal(400, "INVALID_ARGUMENT", "'valueInputOption' is required")
        match = RANGE.fullmatch(where)
        title = (match[1] or match[2] or "") if match else ""
        found = [tab for tab in sheet.tabs.values() if not title or tab.title == title]
        if not match or not found:
            return _refusal(400, "INVALID_ARGUMENT", f"Unable to parse range: {where}")
        values = asked.body.get("values")
        if not isinstance(values, list) or not all(isinstance(row, list) for row in values):
            return _refusal(400, "INVALID_ARGUMENT", "Invalid value at 'data.values'")
        if any(len(cell) > MOST_CHARACTERS for row in values for cell in row):
            told = "Your input contains more than the maximum of 50000 characters in a single cell."
            return _refusal(400, "INVALID_ARGUMENT", told)
        found[0].rows += [[_typed(cell) for cell in row] for row in values]
        return Reply.of_json({"spreadsheetId": sheet.id, "updates": {"updatedRows": len(values)}})

    def _docs(self, asked: Asked) -> Reply:
        if asked.path.startswith("/content/"):
            _, _, sheet_id, gid = asked.path.split("/")
            return _as_csv(self.sheets[sheet_id].tabs[int(gid)].rows)
        if asked.path == "/ServiceLogin":
            return _html("<title>Sign in - Google Accounts</title>", 200)
        published = re.fullmatch(r"/spreadsheets/d/e/([\w-]+)/pub", asked.path)
        exported = re.fullmatch(r"/spreadsheets/d/([\w-]+)/export", asked.path)
        query = asked.query
        if published and query.get("output") == "csv":
            known = [one for one in self.sheets.values() if one.published == published[1]]
            sheet, is_open = (known[0] if known else None), True
        elif exported and query.get("format") == "csv":
            sheet = self.sheets.get(exported[1])
            is_open = sheet is not None and sheet.shared
        else:
            return _html("Sorry, the file you have requested does not exist.", 404)
        if sheet is None:
            return _html("Sorry, the file you have requested does not exist.", 404)
        if not is_open:
            if self.answers_401:
                return _html("Sorry, you can't open this file at this time.", 401)
            return _moved(f"{self.url}/ServiceLogin")
        gid = query.get("gid", str(next(iter(sheet.tabs))))
        if not gid.isdigit() or int(gid) not in sheet.tabs:
            return _html("Sorry, unable to open the file at this time.", 400)
        return _moved(f"{self.url}/content/{sheet.id}/{gid}")


def _typed(cell: str) -> str:
    """What a cell holds after this was typed in."""
    if cell.startswith("'"):
        return cell[1:]
    if cell[:1] in ("=", "+") and not re.fullmatch(r"\+\d+", cell):
        return FORMULA + cell
    return cell


def _trimmed(row: list[str]) -> list[str]:
    """A row without the empty cells at its end, as the API leaves them out."""
    kept = list(row)
    while kept and kept[-1] == "":
        kept.pop()
    return kept


def _as_csv(rows: Cells) -> Reply:
    width = max(map(len, rows), default=0)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [*row, *[""] * (width - len(row))] for row in rows
    )
    headers = {"Content-Disposition": 'attachment; filename="Sheet-Sheet1.csv"'}
    return Reply(200, out.getvalue().encode(), "text/csv", headers)


def _html(text: str, status: int) -> Reply:
    return Reply(status, f"<!DOCTYPE html><html>{text}</html>".encode(), "text/html; charset=utf-8")


def _moved(url: str) -> Reply:
    return Reply(307, b"<HTML>Moved</HTML>", "text/html; charset=UTF-8", {"Location": url})


def _oauth(error: str, told: str) -> Reply:
    return Reply.of_json({"error": error, "error_description": told}, 400)


def _refusal(code: int, status: str, message: str, reason: str = "") -> Reply:
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    error = {"code": code, "message": message, "status": status}
    return Reply.of_json({"error": error | ({"details": [detail]} if reason else {})}, code)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
