-- Take a contact's queue: its lease, and the item at its head.
-- KEYS: lock, queue, tries, due. ARGV: token, milliseconds, contact, when to look after the queue.
-- Answers how often the item was taken, and the item; false where there is none, or somebody else
-- holds the lease.
local head = redis.call('LINDEX', KEYS[2], 0)
if not head then
  redis.call('ZREM', KEYS[4], ARGV[3])
  return false
end
local holder = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'GET', 'PX', ARGV[2])
if holder and holder ~= ARGV[1] then
  return false
end
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[3])
return {redis.call('INCR', KEYS[3]), head}
