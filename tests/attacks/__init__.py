"""Attacks on a fresh service, each with what it did beside its goal: `python -m tests.attacks`."""
