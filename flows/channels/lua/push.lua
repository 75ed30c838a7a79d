-- KEYS: seen, queue, due, then one for each effect. ARGV: encrypted item, contact, when to look after
-- it, seconds to remember the id, most items (or "inf"), then for each effect its command, the number
-- of its arguments, and these. Answers 1: pushed, also when it is asked again for the same encrypted
-- item; 0: known already; -1: the queue is full. Effects take place only if the item is pushed.
local mark = string.sub(ARGV[1], -16)
local known = redis.call('SET', KEYS[1], mark, 'NX', 'GET', 'EX', ARGV[4])
if known then
  return known == mark and 1 or 0
end
if redis.call('RPUSH', KEYS[2], ARGV[1]) > (tonumber(ARGV[5]) or math.huge) then
  redis.call('RPOP', KEYS[2])
  redis.call('DEL', KEYS[1])
  return -1
end
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[2])
apply(4, 6)
return 1
