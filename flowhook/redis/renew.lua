-- Lengthen or end a lease that is still the caller's.
--
-- KEYS: lease; ARGV: token, its length in milliseconds (0 ends it). Gives 1, or 0 where it was lost.

if redis.call("GET", KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == "0" then
  return redis.call("DEL", KEYS[1])
end
return redis.call("PEXPIRE", KEYS[1], ARGV[2])
