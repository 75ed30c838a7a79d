-- KEYS: lock, queue, tries, due. ARGV: token, contact, when to come back, 0 if it was no try.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1]) -- first, so that the rest is carried out even where the store is full
if ARGV[4] == '0' then
  redis.call('DECR', KEYS[3])
end
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[2])
return 1
