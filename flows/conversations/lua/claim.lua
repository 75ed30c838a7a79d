-- Claim entries that are due: each is given to one caller, until it is done or its lease ends.
--
-- KEYS: due, claimed; ARGV: now, end of the lease (both in milliseconds), most entries.

for _, entry in ipairs(redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", ARGV[1], "LIMIT", 0, 100)) do
  redis.call("ZREM", KEYS[2], entry)
  redis.call("ZADD", KEYS[1], "LT", ARGV[1], entry)
end
local found = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[1], "LIMIT", 0, ARGV[3])
for _, entry in ipairs(found) do
  redis.call("ZREM", KEYS[1], entry)
  redis.call("ZADD", KEYS[2], ARGV[2], entry)
end
return found
