-- Take a step of a job for a holder, unless it is over or somebody else's.
-- KEYS: the job. ARGV: step, holder, a holder known to be dead (or empty).
-- Returns {"gone"}, {"done"}, {"dead"}, {"held", holder} or {"mine", tries, field, value, ...}.
local job, step, holder = KEYS[1], ARGV[1], ARGV[2]
redis.call('HDEL', job, '') -- so that it is carried out even where the store is full
local state = redis.call('HGET', job, step)
if not state then return {'gone'} end
if state == 'done' or state == 'dead' then return {state} end
local by = redis.call('HGET', job, step .. ':by')
if state == 'held' and by ~= holder and by ~= ARGV[3] then return {'held', by} end
if by ~= holder then
  redis.call('HSET', job, step, 'held', step .. ':by', holder)
  redis.call('HINCRBY', job, step .. ':tries', 1)
end
local answer = redis.call('HGETALL', job)
table.insert(answer, 1, redis.call('HGET', job, step .. ':tries'))
table.insert(answer, 1, 'mine')
return answer
