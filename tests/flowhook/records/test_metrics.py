"""The metrics' use of their library; what they show is tested with the page of health."""

from __future__ import annotations

from tests.versions import check_versions


def test_the_prometheus_client_whose_lock_and_process_id_are_replaced() -> None:
    check_versions("prometheus-client", ">=0.26.0,<0.27")
