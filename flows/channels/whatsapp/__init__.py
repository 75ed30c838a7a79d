"""The WhatsApp channel: reads Meta's deliveries and sends rendered messages."""
