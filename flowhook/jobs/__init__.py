"""Durable background jobs: deadlines, idempotency, callbacks and resumed flows."""

import os

# Read by dramatiq when it is imported: the delay before a consumer reconnects to Redis.
os.environ.setdefault("dramatiq_restart_delay", "500")
