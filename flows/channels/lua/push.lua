-- KEYS: seen, lane, due. ARGV: sealed item, contact, when to look after it, seconds to remember
-- the id, most items. Answers 1: pushed; 0: known already; -1: the lane is full.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[5]) then
  return -1
end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[2])
return 1
