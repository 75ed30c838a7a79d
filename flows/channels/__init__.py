"""Channels: how a contact's messages arrive and a sprint's messages leave."""
