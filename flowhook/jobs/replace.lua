-- Put a value in the place of the one that was seen there, or of nothing.
-- KEYS: the claim. ARGV: what was seen, the new value, milliseconds to keep it.
-- Returns 1, or 0 where something else stands there by now.
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
