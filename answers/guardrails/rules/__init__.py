"""Rules for what contacts and models say: banned words, moderation, topics, and their replies."""
