"""Backup and restore of a whole store, on every kind of Redis.

`families` tells which keys belong together, `snapshot` reads them while the service runs, `file` is
the sealed file, and `restoring` writes it into an empty store. The queue of jobs only points at
organisations' keys, and a restore makes it anew from them: so a backup that is consistent within
each organisation is consistent as a whole.
"""
