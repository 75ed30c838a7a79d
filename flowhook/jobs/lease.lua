-- Set or lengthen the lease of a process. KEYS: the lease. ARGV: milliseconds.
-- What has deleted something may write, so that a process lives on where the store is full.
redis.call('DEL', KEYS[1])
return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
