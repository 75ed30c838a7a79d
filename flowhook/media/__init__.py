"""Pictures and speech that the service made and serves for a day under unguessable names."""
