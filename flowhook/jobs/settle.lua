-- Say how a step came out, if it is still its holder who says so.
-- KEYS, ARGV 1 to 7: as in account.lua. ARGV: 8 step, 9 holder, 10 new state, 11... field, value, ...
-- Returns 1, or 0 where the step is somebody else's by now.
local job, step = KEYS[1], ARGV[8]
redis.call('HDEL', job, '') -- so that it is carried out even where the store is full
if redis.call('HGET', job, step .. ':by') ~= ARGV[9] then return 0 end
redis.call('HSET', job, step, ARGV[10])
if ARGV[10] == 'queued' then redis.call('HSET', job, step .. ':by', '') end
for i = 11, #ARGV, 2 do redis.call('HSET', job, ARGV[i], ARGV[i + 1]) end
account(job)
return 1
