"""The header If-Match: what the caller had read before."""

from __future__ import annotations

import re

from flask import request

TAG = re.compile(r'"([^"]*)"')  # without the W/ by which proxies that compress make it a weak one


def if_match() -> list[str]:
    """The tags of If-Match, of which one has to fit; empty where there is none."""
    given = request.headers.get("If-Match", "").strip()
    return TAG.findall(given) or ([given.strip('"')] if given else [])
