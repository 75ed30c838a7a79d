"""Finds what identifies people in texts, puts placeholders in its place, and puts it back."""
