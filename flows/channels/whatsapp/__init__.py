"""WhatsApp: Meta's deliveries in, rendered messages out."""
