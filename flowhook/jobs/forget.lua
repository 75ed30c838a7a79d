-- Delete a job.
-- KEYS, ARGV 1 to 7: as in account.lua.
leave(KEYS[1])
return redis.call('UNLINK', KEYS[1])
