-- Claim entries that are due: each is given to one caller, until it is done or its lease ends.
--
-- KEYS: due, claimed; ARGV: now, end of the lease (both in milliseconds), most entries.

local function move(found, from, to, score, option)
  if #found == 0 then
    return
  end
  local scored = {}
  for _, entry in ipairs(found) do
    scored[#scored + 1] = score
    scored[#scored + 1] = entry
  end
  redis.call("ZREM", from, unpack(found))
  if option then
    redis.call("ZADD", to, option, unpack(scored))
  else
    redis.call("ZADD", to, unpack(scored))
  end
end

local lapsed = redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", ARGV[1], "LIMIT", 0, 100)
move(lapsed, KEYS[2], KEYS[1], ARGV[1], "LT")
local found = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[1], "LIMIT", 0, ARGV[3])
move(found, KEYS[1], KEYS[2], ARGV[2])
return found
