"""Reads files of seven kinds into headings and paragraphs, in a process of its own."""

from answers.knowledge.reading.reading import Reading, read
from answers.knowledge.reading.unreadable import Unreadable

__all__ = ["Reading", "Unreadable", "read"]
