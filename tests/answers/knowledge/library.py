"""A base of documents behind the API: sends documents, and waits until they were read."""

from __future__ import annotations

from typing import Any

from urllib3.filepost import encode_multipart_formdata

from tests.fixtures_app import Answer, Service
from tests.waiting import wait_for

FEES = "# Fees\n\nThe fee for the course is 500 rupees. Pay it by 5 June at the office.\n"
SOWING = "# Sowing\n\nSow wheat in November, when the nights are cool.\n"


class Library:
    """The base `leaflets` of the service's organisation."""

    def __init__(self, service: Service, base: str = "leaflets") -> None:
        self.service = service
        self.path = f"/knowledge/{service.tenant.id}/{base}"

    def put(self, **values: Any) -> Answer:
        return self.service.admin("PUT", self.path, values)

    def send(self, content: bytes | str, name: str = "fees.md", **form: str) -> Answer:
        """Send a file as browsers do."""
        raw = content.encode() if isinstance(content, str) else content
        fields: dict[str, Any] = {**form, "file": (name, raw, "application/octet-stream")}
        body, content_type = encode_multipart_formdata(fields)
        return self.post(body, content_type)

    def post(self, body: bytes, content_type: str) -> Answer:
        headers = {"Content-Type": content_type}
        return self.service.admin("POST", f"{self.path}/documents", raw=body, headers=headers)

    def post_json(self, **body: Any) -> Answer:
        return self.service.admin("POST", f"{self.path}/documents", body)

    def document(self, doc: str) -> dict[str, Any]:
        shown = self.service.admin("GET", f"{self.path}/documents/{doc}")
        assert shown.status == 200, shown.body
        return shown.json

    def wait(self, sent: Answer, seconds: float = 30.0) -> dict[str, Any]:
        """The document that was sent, once it was read or failed."""
        assert sent.status in (200, 202), sent.body
        doc = str(sent.json["document_id"])
        wait_for(
            lambda: self.document(doc)["status"] in ("ready", "failed"),
            "it is read",
            seconds=seconds,
        )
        return self.document(doc)

    def search(self, question: str, **more: Any) -> list[dict[str, Any]]:
        found = self.service.admin("POST", f"{self.path}/search", {"question": question, **more})
        assert found.status == 200, found.body
        passages: list[dict[str, Any]] = found.json["passages"]
        return passages
