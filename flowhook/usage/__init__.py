"""What organisations used: counted by day, model and function, and what it cost."""
