"""What `flowhook doctor` looks at: one function for each part, each a line that says what to do."""
