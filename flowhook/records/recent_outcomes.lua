-- Adds the outcomes of a batch of calls to two hours, once: the batch that a process added
-- last is known, so one that is sent again after a lost answer changes nothing.
--
-- KEYS  1 the two hours, a hash
-- ARGV  1 field for the batch this process added last, 2 the batch, 3 seconds to keep them,
--       then for each outcome: its field, calls

local before = redis.call('HGET', KEYS[1], ARGV[1])
if before == ARGV[2] then
  return 0
end
for at = 4, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[at], ARGV[at + 1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if not before then -- they are two hours: once is enough
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return 1
