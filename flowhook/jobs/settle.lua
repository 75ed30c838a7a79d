-- Say how a step came out, if it is still its holder who says so.
-- KEYS: the job. ARGV: step, holder, new state, seconds to keep the job (or 0), field, value, ...
-- Returns 1, or 0 where the step is somebody else's by now.
local job, step = KEYS[1], ARGV[1]
if redis.call('HGET', job, step .. ':by') ~= ARGV[2] then return 0 end
redis.call('HSET', job, step, ARGV[3])
if ARGV[3] == 'queued' then redis.call('HSET', job, step .. ':by', '') end
for i = 5, #ARGV, 2 do redis.call('HSET', job, ARGV[i], ARGV[i + 1]) end
if tonumber(ARGV[4]) > 0 then redis.call('EXPIRE', job, ARGV[4]) end
return 1
