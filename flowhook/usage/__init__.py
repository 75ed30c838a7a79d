"""Organisations' usage by day, model and function, and its cost."""
