-- The clock was set back: what was due before is due now, and no claim lasts longer than one does.
--
-- KEYS: due and claimed; ARGV: now, the time before it was set back, when a claim made now ends (all in
-- milliseconds).

local function set(key, from, to, score)
  for _, entry in ipairs(redis.call("ZRANGEBYSCORE", key, "(" .. from, to)) do
    redis.call("ZADD", key, "XX", score, entry)
  end
end

set(KEYS[1], ARGV[1], ARGV[2], ARGV[1])
set(KEYS[2], ARGV[3], "+inf", ARGV[3])
return 1
