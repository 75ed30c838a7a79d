"""Slow calls that are never lost: jobs, deadlines, repeats, callbacks and resumed flows."""

import os

# Read by dramatiq when it is imported: a consumer whose Redis went away asks again this soon.
os.environ.setdefault("dramatiq_restart_delay", "500")
