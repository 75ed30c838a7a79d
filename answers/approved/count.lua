-- Adds to the counts of approved answers that there are, a batch of calls once: the batch that this
-- process wrote last is known, so one that is sent again after a lost answer changes nothing.
--
-- KEYS  1 the answers by id, 2 their counts, 3 the batch this process wrote last
-- ARGV  1 the batch (empty: none), 2 seconds to remember it, then for each row: id, metric, number

if ARGV[1] ~= '' then
  if redis.call('GET', KEYS[3]) == ARGV[1] then
    return 0
  end
  redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
end
local counted = 0
for at = 3, #ARGV, 3 do
  if redis.call('HEXISTS', KEYS[1], ARGV[at]) == 1 then
    redis.call('HINCRBY', KEYS[2], ARGV[at] .. ':' .. ARGV[at + 1], ARGV[at + 2])
    counted = counted + 1
  end
end
return counted
