"""All parts together: one that cannot be found out does not hide the others."""

from __future__ import annotations

from pathlib import Path

from service.doctor.examination import examine_store
from service.doctor.finding import OK, WRONG
from tests.fakes.valkey import Valkey
from tests.fixtures_app import make_config


def test_a_user_who_may_not_ask_the_server_is_told_so(tmp_path: Path) -> None:
    with Valkey(tmp_path, "--user", "some", "on", "nopass", "~*", "&*", "+@all", "-info") as server:
        redis = server.client(username="some", password="any")
        found = {one.part: one for one in examine_store(make_config(redis_url="redis://x"), redis)}
    assert found["Redis"].state == WRONG
    assert "no permissions to run the 'info' command" in found["Redis"].words
    assert found["Clock"].state == found["Models"].state == found["WhatsApp"].state == OK
    assert "Disk" not in found  # that of a server elsewhere
