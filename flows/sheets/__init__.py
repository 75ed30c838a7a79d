"""Google Sheets for flows: the rows of a sheet by their key, cached for all processes."""
