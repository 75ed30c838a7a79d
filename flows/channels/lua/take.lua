-- KEYS: lock, lane, tries, due. ARGV: token, contact, when to look after it.
-- The head and how often it has been taken; false when the lease is lost, or when the lane is
-- empty, which gives the lease back in the same step: an item pushed later finds nobody at it.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return false
end
local head = redis.call('LINDEX', KEYS[2], 0)
if not head then
  redis.call('DEL', KEYS[1], KEYS[3])
  redis.call('ZREM', KEYS[4], ARGV[2])
  return false
end
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[2])
return {redis.call('INCR', KEYS[3]), head}
