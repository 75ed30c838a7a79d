"""The address guard (SSRF protection) of every fetch of a caller's URL.

A chatbot builder sends links to voice notes and pictures, and callback addresses.
They must not give access to the machine's own network through this service, so:
http and https only; a host that is, or resolves to, anything but public addresses is refused
in every spelling; the connection is made to the very address that was checked; each redirect
is checked again; time, size and unpacked size are bounded. `ALLOW_PRIVATE_URLS` opens hosts
and networks by name. Errors name the caller's field and never an address or a body.

Errors: invalid_input, too_large, provider_unavailable, provider_timeout.
Source: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from ssl import SSLContext
from urllib.parse import urljoin

import requests
import urllib3.exceptions

from flowhook import errors
from flowhook.frames import drop_frames
from flowhook.providers.addresses import Address, is_public, plain, read_host
from flowhook.providers.caller_url import CallerUrl, InvalidUrl, read_url
from flowhook.providers.fetch_failures import failed, invalid, not_public, too_large, too_slow
from flowhook.providers.guarded_transport import Deadline, GuardedAdapter, trusted_context
from flowhook.providers.look_up import Resolver, look_up, system_resolver
from flowhook.turns import PIECE_BYTES, give_way, one_by_one

MAX_REDIRECTS = 5
CHUNK_BYTES = 65_536
_OWN_HEADERS = {"User-Agent": "Flowhook", "Accept": "*/*", "Accept-Encoding": "identity"}
_KEPT_ACROSS_ORIGINS = {"accept", "accept-encoding", "accept-language", "user-agent"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The response of a URL; `url` is the final one after redirects, `content` is unpacked.

    `location` is where a redirect that was not followed leads to, and empty for any other answer.
    """

    content: bytes
    content_type: str
    url: str
    status: int
    location: str = ""


class AddressGuard:
    """Checks and fetches callers' URLs.

    `allow` holds permitted hosts, addresses and CIDRs. Raises ValueError if one is malformed.
    """

    def __init__(self, allow: Iterable[str] = (), resolver: Resolver = system_resolver) -> None:
        self._resolver = resolver
        self._names: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in filter(None, (text.strip() for text in allow)):
            self._allow(entry)

    def check_url(self, url: str, field: str = "url") -> str:
        """Return the URL with its host normalised. Raises InvalidInput if it may not be fetched.

        Checks only the text: the addresses of a name are checked on connecting.
        """
        return self._read(url, field).text

    def fetch(
        self,
        url: str,
        *,
        max_bytes: int,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        field: str = "url",
        any_status: bool = False,
    ) -> Fetched:
        """GET a caller's URL, following up to 5 redirects, each checked like the first.

        `timeout_seconds` bounds the whole fetch. Only harmless headers are sent to another
        origin, never Authorization. Raises InvalidInput if the status is not 2xx, unless
        `any_status` says that the caller reads it.
        """
        wanted = {**_OWN_HEADERS, **(headers or {})}
        deadline = Deadline(timeout_seconds)
        try:
            at = self._read(url, field)
            for _ in range(MAX_REDIRECTS + 1):
                request = requests.Request("GET", at.text, headers=wanted)
                got = self._send(request, deadline, max_bytes, field, follow=True)
                if isinstance(got, Fetched):
                    return got if any_status else _successful(got, field)
                target = self._read(got, field)
                if target.origin != at.origin:
                    wanted = {k: v for k, v in wanted.items() if k.lower() in _KEPT_ACROSS_ORIGINS}
                at = target
        finally:
            deadline.close()
        raise invalid(field, f"redirects more than {MAX_REDIRECTS} times")

    def guarded_post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        timeout_seconds: float,
        max_bytes: int | None = CHUNK_BYTES,
        field: str = "callback_url",
    ) -> Fetched:
        """POST to a caller's URL with the same checks; any status is an answer.

        Redirects are not followed: the body is signed for one receiver. With `max_bytes`
        None the answer's body is not read.
        """
        return self._once("POST", url, body, headers, timeout_seconds, max_bytes, field)

    def guarded_get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        timeout_seconds: float,
        max_bytes: int = CHUNK_BYTES,
        field: str = "url",
    ) -> Fetched:
        """GET a caller's URL once: no redirect is followed, any status is an answer."""
        return self._once("GET", url, None, headers, timeout_seconds, max_bytes, field)

    def _once(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        timeout_seconds: float,
        max_bytes: int | None,
        field: str,
    ) -> Fetched:
        sent = {**_OWN_HEADERS, **(headers or {})}
        request = requests.Request(method, self._read(url, field).text, headers=sent, data=body)
        deadline = Deadline(timeout_seconds)
        try:
            got = self._send(request, deadline, max_bytes, field, follow=False)
        finally:
            deadline.close()
        if isinstance(got, str):
            raise errors.Internal("a redirect was followed where none may be")
        return got

    def addresses_of(self, host: str, port: int, seconds: float, field: str = "url") -> list[str]:
        """Return the permitted addresses of `host`, looked up once, within `seconds`.

        A name with any address that is not public is refused: DNS rebinding starts with
        answers that mix both.
        """
        try:
            read = read_host(host)
            if not isinstance(read, str):
                found = [read]
            else:
                texts = look_up(self._resolver, read, port, seconds, field)
                found = [plain(ip_address(text)) for text in texts]
        except ValueError:  # invalid host, or an invalid address from the resolver
            raise not_public(field) from None
        if not found or not (read in self._names or all(map(self._is_open, found))):
            raise not_public(field)
        return [str(address) for address in found]

    def _allow(self, entry: str) -> None:
        try:
            self._networks.append(ip_network(entry))
            return
        except ValueError:
            host = read_host(entry)
        if isinstance(host, str):
            self._names.add(host)
        else:
            self._networks.append(ip_network(host))

    def _read(self, url: str, field: str) -> CallerUrl:
        try:
            read = read_url(url)
        except InvalidUrl as problem:
            raise invalid(field, str(problem)) from None
        if isinstance(read.host, str):
            closed = read.names_local_host and read.host not in self._names and not self._networks
        else:
            closed = not self._is_open(read.host)
        if closed:
            raise not_public(field)
        return read

    def _is_open(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self._networks)

    @cached_property
    def _context(self) -> SSLContext:
        return trusted_context()

    def _send(
        self,
        request: requests.Request,
        deadline: Deadline,
        max_bytes: int | None,
        field: str,
        *,
        follow: bool,
    ) -> Fetched | str:
        """Return the response or, if redirects are followed, the URL it redirects to."""

        def addresses_of(host: str, port: int, seconds: float) -> list[str]:
            return self.addresses_of(host, port, seconds, field)

        with requests.Session() as session:
            session.trust_env = False
            adapter = GuardedAdapter(addresses_of, deadline, self._context)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            try:
                prepared = session.prepare_request(request)
                left = max(deadline.remaining_seconds, 0.001)
                with session.send(
                    prepared, stream=True, allow_redirects=False, timeout=left
                ) as response:
                    target = session.get_redirect_target(response)
                    location = urljoin(str(prepared.url), target) if target is not None else ""
                    if location and follow:
                        return location
                    return Fetched(
                        content=_read_content(response, deadline, max_bytes, field),
                        content_type=response.headers.get("Content-Type", ""),
                        url=response.url,
                        status=response.status_code,
                        location=location,
                    )
            except (OSError, urllib3.exceptions.HTTPError, ValueError) as failure:
                drop_frames(failure)
                raise failed(failure, deadline.passed, field) from None


def _read_content(
    response: requests.Response, deadline: Deadline, max_bytes: int | None, field: str
) -> bytes:
    """Read at most `max_bytes` unpacked bytes, none if that is None.

    Content-Length is only used to stop earlier.
    """
    if max_bytes is None:
        return b""
    content = bytearray()
    declared = response.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > max_bytes:
        raise too_large(field, max_bytes)
    while True:
        wanted = min(CHUNK_BYTES, max_bytes + 1 - len(content))
        chunk = response.raw.read(wanted, decode_content=True)
        if not chunk:
            break
        content += chunk
        if len(content) > max_bytes:
            raise too_large(field, max_bytes)
        if len(content) % PIECE_BYTES < len(chunk):
            give_way()
    if deadline.passed:
        raise too_slow(field)
    with one_by_one(len(content)):
        return bytes(content)


def _successful(got: Fetched, field: str) -> Fetched:
    if not 200 <= got.status < 300:
        raise invalid(field, f"answered with HTTP status {got.status}")
    return got
