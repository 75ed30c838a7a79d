"""What leaves the service: masking that can be undone, rules a flow can branch on, consent."""
