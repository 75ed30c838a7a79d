-- Take a contact's turn: the lock, and all that a message needs, in one round trip.
--
-- KEYS: flows' version, lock, state, starts, old outbox, answers, bytes of all conversations
-- ARGV: token, lease in milliseconds, the message's digest (or ""), most starts,
--       most bytes of all conversations (or 0)
-- Gives {"answered", answer}, {"busy", milliseconds left}, {"full"} for a new contact where there is
-- no room, or
-- {"ok", state, version, flows' version, whether the old outbox holds something, starts, place, row}.

if ARGV[3] ~= "" then
  local answer = redis.call("HGET", KEYS[6], ARGV[3])
  if answer then
    return {"answered", answer}
  end
end
redis.call("HDEL", KEYS[6], "") -- so that it is carried out even where the store is full
local state = redis.call("HMGET", KEYS[3], "state", "version", "place", "row")
if ARGV[5] ~= "0" and not state[1]
    and tonumber(redis.call("GET", KEYS[7]) or "0") >= tonumber(ARGV[5]) then
  return {"full"}
end
-- The lock may be the caller's already: its first asking was answered, and the answer lost.
local holder = redis.call("SET", KEYS[2], ARGV[1], "NX", "GET", "PX", ARGV[2])
if holder and holder ~= ARGV[1] then
  return {"busy", redis.call("PTTL", KEYS[2])}
end
local starts, old = {}, 0
if redis.call("EXISTS", KEYS[4], KEYS[5]) > 0 then
  starts = redis.call("LRANGE", KEYS[4], 0, ARGV[4] - 1)
  old = redis.call("EXISTS", KEYS[5])
end
return {
  "ok",
  state[1] or "",
  state[2] or "0",
  redis.call("GET", KEYS[1]) or "",
  old,
  starts,
  state[3] or "",
  state[4] or "",
}
