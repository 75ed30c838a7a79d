-- Queue a dead step again, with its count of tries reset.
-- KEYS, ARGV 1 to 7: as in account.lua. ARGV: 8 step.
local job, step = KEYS[1], ARGV[8]
redis.call('HDEL', job, '') -- so that it is carried out even where the store is full
redis.call('HSET', job, step, 'queued', step .. ':by', '', step .. ':tries', 0)
account(job)
return 1
