"""Channels, which receive contacts' messages and send the messages of flows."""
