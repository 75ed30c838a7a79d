"""Refuse requests that bring new work while the store is full."""

from __future__ import annotations

from flask import Blueprint, request

from flowhook.redis.fullness import Fullness


def refuse_while_full(routes: Blueprint, fullness: Fullness) -> Blueprint:
    """Have these routes answer StoreFull to what would be stored; reading and deleting go on."""

    @routes.before_request
    def check() -> None:
        if request.method in ("POST", "PUT", "PATCH"):
            fullness.check()

    return routes
