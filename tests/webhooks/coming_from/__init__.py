"""The tables of docs/author.md for those who come from another system, each row posted."""
