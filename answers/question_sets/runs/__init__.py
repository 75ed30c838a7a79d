"""Runs of question sets: what is asked, by whom it is performed, and how two runs compare."""
