"""Who sends a request, and whether their role allows it."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from flowhook.errors import InvalidInput
from flowhook.organisations.auth import Authenticator, Caller, Credentials, require_role
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN


class AdminAuth:
    """Authenticates administrative calls, over HTTP and on the pages."""

    def __init__(self, authenticator: Authenticator, used: Callable[[str, str], object]) -> None:
        """`used` is told the organisation and the id of each token that authenticates a caller."""
        self.authenticator = authenticator
        self.used = used

    def caller(self) -> Caller:
        """The sender of this request, by its Authorization header; raises Unauthorized."""
        return self.authenticate(request.headers.get("Authorization", ""))

    def authenticate(self, authorization: str) -> Caller:
        """The caller whom an Authorization header names; raises Unauthorized and RateLimited."""
        credentials = Credentials(request.remote_addr or "", authorization)
        caller = self.authenticator.authenticate(credentials)
        if caller.organization_id is not None and caller.token_id is not None:
            self.used(caller.organization_id, caller.token_id)
        return caller

    def member(self, org: str) -> Caller:
        """The caller, whose role in `org` allows this request; raises Unauthorized, Forbidden and
        InvalidInput."""
        caller = self.caller()
        if not ORGANIZATION_ID_PATTERN.fullmatch(org):
            raise InvalidInput("an organisation id is 1 to 64 of A-Z a-z 0-9 _ -")
        require_role(caller, org, request.endpoint or "", request.method)
        return caller
