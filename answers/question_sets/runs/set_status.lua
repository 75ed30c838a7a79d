-- Change a run's status from one of some others.
-- KEYS: the run. ARGV: the new status, the field of the time, the time, the reason, the others.
-- Answers 1 where it was changed.
local status = redis.call('HGET', KEYS[1], 'status')
for place = 5, #ARGV do
  if status == ARGV[place] then
    redis.call('HSET', KEYS[1], 'status', ARGV[1], ARGV[2], ARGV[3], 'reason', ARGV[4])
    redis.call('HDEL', KEYS[1], 'waits_until', 'waits_for')
    return 1
  end
end
return 0
