"""Pictures and speech that the service made and serves for a while under unguessable names."""
