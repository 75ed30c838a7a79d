"""Documents whose workers and Redis are killed while they are read, with the real server."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import requests

from tests.fakes.running_service import RunningService
from tests.waiting import wait_for

DOCUMENTS = 50
BASE = "/knowledge/acme/leaflets"
WORDS = "The fee for course number {number} is 500 rupees; pay it by 5 June.\n\n" * 2000


class Uploads:
    """Texts that are sent to a running service; `accepted` are the ids it gave."""

    def __init__(self, service: RunningService) -> None:
        self.service = service
        self.accepted: set[str] = set()

    def send(self, number: int) -> bool:
        """Send a text; the answer is False where Redis is away."""
        body = {"title": f"Course {number}", "text": WORDS.format(number=number)}
        try:
            sent = self.service.operator("POST", f"{BASE}/documents", body)
        except requests.RequestException:
            return False
        self.accepted.add(sent["document_id"])
        return True

    def documents(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.service.operator("GET", f"{BASE}/documents", None)[
            "documents"
        ]
        return listed

    def are_ready(self) -> bool:
        return [one["status"] for one in self.documents()] == ["ready"] * DOCUMENTS


def test_every_document_that_was_accepted_is_read_though_processes_are_killed(
    tmp_path: Path,
) -> None:
    with RunningService(tmp_path) as service:
        service.operator("PUT", "/settings/acme/limits", {"requests_per_minute": 1000})
        service.operator("PUT", BASE, {})
        uploads = Uploads(service)
        for number in range(DOCUMENTS):
            wait_for(partial(uploads.send, number), "a document to be taken", seconds=60)
            kill = {10: service.workers, 20: service.redis, 30: service.workers}.get(number)
            for process in kill() if kill else ():
                process.kill()
        wait_for(uploads.are_ready, "all to be read", seconds=240)
        assert {one["id"] for one in uploads.documents()} == uploads.accepted
        assert len(uploads.accepted) == DOCUMENTS
        asked = {"question": "What is the fee for course number 17?", "top": 20}
        found = service.operator("POST", f"{BASE}/search", asked)["passages"]
        assert found
        assert {one["document"] for one in found} <= uploads.accepted
