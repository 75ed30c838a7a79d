-- Take a contact's turn: the lock, and all that a message needs, in one round trip.
--
-- KEYS: lock, state, flows' version, starts, answers (only where the message has an id)
-- ARGV: token, lease in milliseconds, the message's digest (or ""), most starts
-- Gives {"answered", answer}, {"busy", milliseconds left} or
-- {"ok", state, version, flows' version, starts}.

if ARGV[3] ~= "" then
  local answer = redis.call("HGET", KEYS[5], ARGV[3])
  if answer then
    return {"answered", answer}
  end
end
-- The lock may be the caller's already: its first asking was answered, and the answer lost.
if not redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2])
  and redis.call("GET", KEYS[1]) ~= ARGV[1] then
  return {"busy", redis.call("PTTL", KEYS[1])}
end
local state = redis.call("HMGET", KEYS[2], "state", "version")
return {
  "ok",
  state[1] or "",
  state[2] or "0",
  redis.call("GET", KEYS[3]) or "",
  redis.call("LRANGE", KEYS[4], 0, ARGV[4] - 1),
}
