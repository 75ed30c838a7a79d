"""A flow that uses a sheet."""

from __future__ import annotations

from typing import Any


def reading_and_writing(link: str) -> dict[str, Any]:
    """A flow that reads row 1 of a sheet, and appends one."""
    sheet = {"type": "link_google_sheet", "url": link, "sheet_id": 1, "name": "Daily"}
    read = {**sheet, "action_type": "READ", "row": "1", "result_name": "s"}
    write = {**sheet, "action_type": "WRITE", "row_data": ["x"], "range": "A1", "result_name": ""}
    return {
        "uuid": "f",
        "nodes": [
            {"id": "r", "ask": read, "success": "w", "failure": "no"},
            {"id": "w", "ask": write, "success": "say", "failure": "no"},
            {"id": "say", "send": "[@results.s.key] [@results.s.message]"},
            {"id": "no", "send": "failed"},
        ],
    }
