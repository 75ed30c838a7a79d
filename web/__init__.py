"""The pages that people see: server-rendered, signed in to with a token."""
