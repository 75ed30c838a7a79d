-- Store what a message did, all of it, and end the contact's turn: only while the turn is still
-- the caller's and nobody has stored anything since it began.
--
-- KEYS: lock, state, transcript, starts, answers, order of answers, then one for each effect
-- ARGV: token, version, state, transcript entry (or ""), transcript's length, starts done,
--       digest (or ""), answer, answers kept, seconds they are kept,
--       then for each effect its kind (add, remove, push, keep, count, log) and its value
-- Gives 1, or 0 where the turn was lost.

if redis.call("HGET", KEYS[2], "token") == ARGV[1] then
  return 1 -- stored already: the answer was lost, and the client asked again
end
if redis.call("GET", KEYS[1]) ~= ARGV[1] then
  return 0
end
if (redis.call("HGET", KEYS[2], "version") or "0") ~= ARGV[2] then
  return 0
end
redis.call("HSET", KEYS[2], "state", ARGV[3], "token", ARGV[1])
redis.call("HINCRBY", KEYS[2], "version", 1)
if ARGV[4] ~= "" then
  redis.call("XADD", KEYS[3], "MAXLEN", "~", ARGV[5], "*", "entry", ARGV[4])
end
if ARGV[6] ~= "0" then
  redis.call("LTRIM", KEYS[4], ARGV[6], -1)
end
if ARGV[7] ~= "" then
  redis.call("HSET", KEYS[5], ARGV[7], ARGV[8])
  redis.call("RPUSH", KEYS[6], ARGV[7])
  while redis.call("LLEN", KEYS[6]) > tonumber(ARGV[9]) do
    redis.call("HDEL", KEYS[5], redis.call("LPOP", KEYS[6]))
  end
  redis.call("EXPIRE", KEYS[5], ARGV[10])
  redis.call("EXPIRE", KEYS[6], ARGV[10])
end
for place = 7, #KEYS do
  local kind = ARGV[11 + (place - 7) * 2]
  local value = ARGV[12 + (place - 7) * 2]
  if kind == "add" then
    redis.call("SADD", KEYS[place], value)
  elseif kind == "remove" then
    redis.call("SREM", KEYS[place], value)
  elseif kind == "push" then
    redis.call("RPUSH", KEYS[place], value)
  elseif kind == "keep" then
    redis.call("SET", KEYS[place], value, "EX", 604800)
  elseif kind == "count" then
    local number, field = string.match(value, "^(-?%d+)|(.*)$")
    redis.call("HINCRBY", KEYS[place], field, number)
  elseif kind == "log" then
    redis.call("XADD", KEYS[place], "MAXLEN", "~", ARGV[5], "*", "entry", value)
  end
end
redis.call("DEL", KEYS[1])
return 1
