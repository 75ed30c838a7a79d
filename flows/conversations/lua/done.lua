-- Forget a claim that is still the caller's: after its lease another may have claimed the entry.
--
-- KEYS: claimed; ARGV: end of the caller's lease in milliseconds, entry.

local ends = redis.call("ZSCORE", KEYS[1], ARGV[2])
if ends and tonumber(ends) == tonumber(ARGV[1]) then
  redis.call("ZREM", KEYS[1], ARGV[2])
end
