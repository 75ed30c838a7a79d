"""An organisation's limits: reserved before a call, settled after it."""
