-- Replace a hash field that nobody changed meanwhile.
--
-- KEYS: hash; ARGV: field, old value, new value. Gives 1 where it was replaced.

if redis.call("HGET", KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
return 1
