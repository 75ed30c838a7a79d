-- Claim entries that are due: each is given to one caller, until it is done or its lease ends.
--
-- KEYS: pairs of due and claimed; ARGV: now, end of the lease (both in milliseconds), most entries.

local function move(entries, from, to, score, arguments)
  if #entries == 0 then
    return
  end
  for _, entry in ipairs(entries) do
    arguments[#arguments + 1] = score
    arguments[#arguments + 1] = entry
  end
  redis.call("ZREM", from, unpack(entries))
  redis.call("ZADD", to, unpack(arguments))
end

redis.call("ZREM", KEYS[1], "") -- so that it is carried out even where the store is full
local found = {}
for pair = 1, #KEYS, 2 do
  local due, claimed = KEYS[pair], KEYS[pair + 1]
  local lapsed = redis.call("ZRANGEBYSCORE", claimed, "-inf", ARGV[1], "LIMIT", 0, 100)
  move(lapsed, claimed, due, ARGV[1], {"LT"})
  local entries = redis.call("ZRANGEBYSCORE", due, "-inf", ARGV[1], "LIMIT", 0, ARGV[3] - #found)
  move(entries, due, claimed, ARGV[2], {})
  for _, entry in ipairs(entries) do
    found[#found + 1] = entry
  end
  if #found >= tonumber(ARGV[3]) then
    break
  end
end
return found
