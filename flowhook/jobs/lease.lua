-- Set or lengthen the lease of a process. KEYS: the lease. ARGV: milliseconds,
-- the format of the store that the process knows.
-- What has deleted something may write, so that a process lives on where the store is full.
redis.call('DEL', KEYS[1])
return redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
