"""How much is read of a file, and what reading it may take."""

from __future__ import annotations

MAX_TEXT_BYTES = 10 * 1024 * 1024  # of what is read of it, in UTF-8
MAX_BLOCKS = 200_000
MAX_PAGES = 2_000  # of a PDF; sheets of a workbook
MAX_TITLE = 300  # characters

MAX_PARTS = 10_000  # files in a DOCX or XLSX
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_UNPACKED_PART_BYTES = 100 * 1024 * 1024  # of one XML file

MEMORY_BYTES = 1024 * 1024 * 1024  # of address space
CPU_SECONDS = 60
WALL_SECONDS = 150  # more than CPU_SECONDS: on a busy machine the reader waits for a processor
OUTPUT_BYTES = 3 * MAX_TEXT_BYTES  # JSON escapes some characters, and each block takes a few more
OPEN_FILES = 64
NICENESS = 5  # behind what answers calls, but not starved by it
