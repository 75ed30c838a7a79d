"""What an organisation may use: reserved before a call, settled after it."""
