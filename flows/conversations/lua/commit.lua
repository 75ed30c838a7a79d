-- Store what a message did, all of it, and end the contact's turn: only while the turn is still
-- the caller's and nobody has stored anything since it began. The message leaves the inbox in the
-- same step, and what is to be sent enters the outbox with the effects.
--
-- KEYS: lock, state, transcript, starts, answers, order of answers,
--       the inbox's lock, queue, tries and due, the outbox's,
--       bytes of all conversations, then one for each effect
-- ARGV: token, version, state, transcript entry (or ""), transcript's length, starts done,
--       digest (or ""), answer, answers kept, seconds they are kept,
--       the inbox's token (or ""), item, contact and when to look after it,
--       the outbox's token (or ""), milliseconds, contact and when to look after it,
--       most bytes of the transcript, most bytes of all conversations (or 0),
--       place in the roster and row of it,
--       then for each effect its command, the number of its arguments, and these
-- Gives {1, the inbox's next item or "", what was taken of the outbox}, {0} where the turn was lost,
-- or {-1} where the inbox is no longer the caller's, or the item has left it already: whoever holds
-- the inbox may have stored this turn and not yet taken the item out; {-2} where there is no room.
--
-- The state holds the bytes counted for the contact, and those ever written to the transcript; an
-- entry of that holds the bytes written before it, as in the log of calls (records/append.lua).

-- What Redis takes for a contact besides: a hash, a stream's first block, and the roster's indices.
local STATE_BYTES, STREAM_BYTES, ROSTER_BYTES = 1000, 4500, 500
local SLACK = 1.05 -- of the bound, in which contacts who are known still go on

local function transcript_bytes(written)
  local oldest = redis.call("XRANGE", KEYS[3], "-", "+", "COUNT", 1)[1]
  local fields = oldest and oldest[2] or {}
  return oldest, oldest and written - (fields[3] == "before" and tonumber(fields[4]) or 0) or 0
end

-- What this turn adds: the state replaces the one before, and a full transcript loses its oldest.
local function more_bytes()
  local more = #ARGV[3] - redis.call("HSTRLEN", KEYS[2], "state")
  return redis.call("XLEN", KEYS[3]) < tonumber(ARGV[5]) and more + #ARGV[4] or more
end

local function take_outbox()
  return take(KEYS[11], KEYS[12], KEYS[13], KEYS[14], ARGV[15], ARGV[16], ARGV[17], ARGV[18])
end

-- A script whose first change takes room is refused where the store is full; one that began with a
-- removal is carried out.
local function begin_with_removal()
  redis.call("HDEL", KEYS[2], "")
end

local known = redis.call("HMGET", KEYS[2], "token", "version", "bytes", "written")
local holders = redis.call("MGET", KEYS[1], KEYS[7])
local is_inbox_held = ARGV[11] ~= "" and holders[2] == ARGV[11]
if known[1] == ARGV[1] then -- stored already: the answer was lost, and the client asked again
  begin_with_removal()
  local head = is_inbox_held and redis.call("LINDEX", KEYS[8], 0) or ""
  return {1, head, ARGV[15] ~= "" and take_outbox()}
end
if holders[1] ~= ARGV[1] or (known[2] or "0") ~= ARGV[2] then
  return {0}
end
local counted, written = tonumber(known[3] or "0"), tonumber(known[4] or "0")
if ARGV[20] ~= "0" then
  local all, most = tonumber(redis.call("GET", KEYS[15]) or "0"), ARGV[20] * SLACK
  if all + #ARGV[3] + #ARGV[4] > most and more_bytes() > math.max(0, most - all) then
    redis.call("DEL", KEYS[1])
    return {-2}
  end
end
if ARGV[11] == "" then
  begin_with_removal()
elseif not (is_inbox_held and redis.call("LREM", KEYS[8], 1, ARGV[12]) == 1) then
  redis.call("DEL", KEYS[1])
  return {-1}
end
if ARGV[4] ~= "" then
  redis.call("XADD", KEYS[3], "MAXLEN", "~", ARGV[5], "*", "entry", ARGV[4],
    "before", string.format("%.0f", written))
  written = written + #ARGV[4]
end
local oldest, kept = transcript_bytes(written)
while oldest and kept > tonumber(ARGV[19]) do
  redis.call("XDEL", KEYS[3], oldest[1])
  oldest, kept = transcript_bytes(written)
end
local bytes = STATE_BYTES + #ARGV[3] + kept + (oldest and STREAM_BYTES or 0)
  + ROSTER_BYTES + #ARGV[21] + #ARGV[22]
redis.call("HSET", KEYS[2], "state", ARGV[3], "token", ARGV[1], "version", ARGV[2] + 1,
  "place", ARGV[21], "row", ARGV[22], "bytes", bytes, "written", string.format("%.0f", written))
redis.call("INCRBY", KEYS[15], bytes - counted)
if ARGV[6] ~= "0" then
  redis.call("LTRIM", KEYS[4], ARGV[6], -1)
end
if ARGV[7] ~= "" then
  redis.call("HSET", KEYS[5], ARGV[7], ARGV[8])
  local surplus = redis.call("RPUSH", KEYS[6], ARGV[7]) - tonumber(ARGV[9])
  for _ = 1, surplus do
    redis.call("HDEL", KEYS[5], redis.call("LPOP", KEYS[6]))
  end
  redis.call("EXPIRE", KEYS[5], ARGV[10])
  redis.call("EXPIRE", KEYS[6], ARGV[10])
end
apply(16, 23)
redis.call("DEL", KEYS[1])
local head = is_inbox_held and advance(KEYS[7], KEYS[8], KEYS[9], KEYS[10], ARGV[13], ARGV[14])
return {1, head or "", ARGV[15] ~= "" and take_outbox()}
