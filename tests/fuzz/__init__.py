"""Generated requests over every route of a running service: `python -m tests.fuzz`."""
