-- List a contact whom the roster has not, or not where they are: unless a turn is under way, which
-- lists them itself, or one was stored since the state was read.
--
-- KEYS: lock, state, bytes of all conversations, then one for each effect
-- ARGV: version, place before (or ""), place, row, then for each effect its command, the number of its
--       arguments, and these
-- Gives 1 where the contact is listed now, else 0.

if redis.call("EXISTS", KEYS[1]) == 1 then
  return 0
end
local known = redis.call("HMGET", KEYS[2], "version", "place", "row", "bytes")
if known[1] ~= ARGV[1] or (known[2] or "") ~= ARGV[2] then
  return 0
end
redis.call("HSET", KEYS[2], "place", ARGV[3], "row", ARGV[4])
if known[4] then
  local more = #ARGV[3] + #ARGV[4] - #(known[2] or "") - #(known[3] or "")
  redis.call("HINCRBY", KEYS[2], "bytes", more)
  redis.call("INCRBY", KEYS[3], more)
end
apply(4, 5)
return 1
