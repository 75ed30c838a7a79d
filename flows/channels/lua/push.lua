-- KEYS: seen, lane, due. ARGV: sealed item, contact, when to look after it, seconds to remember
-- the id, most items. Answers 1: pushed, also when it is asked again for the same sealed item;
-- 0: known already; -1: the lane is full.
local mark = string.sub(ARGV[1], -16)
local known = redis.call('GET', KEYS[1])
if known then
  return known == mark and 1 or 0
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[5]) then
  return -1
end
redis.call('SET', KEYS[1], mark, 'EX', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[2])
return 1
