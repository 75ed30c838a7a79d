"""One module a webhook function; the registry imports the folder whole."""
