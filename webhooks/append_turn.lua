-- Add a turn to a thread, and drop the thread's oldest; then the organisation's threads that were
-- used longest ago make room, where all take more than they may.
--
-- KEYS  1 the thread (a list), 2 threads (a sorted set: their names by the time of their last turn),
--       3 the bytes of each thread (a hash by name), 4 the bytes of all,
--       5 the tags of the contacts whose threads they are (a hash by name)
-- ARGV  1 the turn, 2 the thread's name, 3 now in epoch seconds, 4 seconds to keep a thread,
--       5 most turns of one, 6 most bytes of all, 7 the tag of the contact (or "")

local TURN_BYTES = 64 -- beside its text
local THREAD_BYTES = 400 -- beside its turns
local LAPSED = 100 -- forgotten at once, of those that expired

local name = ARGV[2]
local prefix = string.sub(KEYS[1], 1, -#name - 1)

local function forget(other)
  redis.call('ZREM', KEYS[2], other)
  redis.call('DECRBY', KEYS[4], redis.call('HGET', KEYS[3], other) or 0)
  redis.call('HDEL', KEYS[3], other)
  redis.call('HDEL', KEYS[5], other)
end

for _, lapsed in ipairs(redis.call(
    'ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3] - ARGV[4], 'LIMIT', 0, LAPSED)) do
  forget(lapsed)
end

local known = tonumber(redis.call('HGET', KEYS[3], name) or '0')
local bytes = math.max(known, THREAD_BYTES) + #ARGV[1] + TURN_BYTES
for _ = 1, redis.call('RPUSH', KEYS[1], ARGV[1]) - ARGV[5] do
  bytes = bytes - #redis.call('LPOP', KEYS[1]) - TURN_BYTES
end
bytes = math.max(bytes, THREAD_BYTES) -- turns of an older release were not counted
redis.call('HSET', KEYS[3], name, bytes)
redis.call('ZADD', KEYS[2], ARGV[3], name)
redis.call('INCRBY', KEYS[4], bytes - known)
if ARGV[7] ~= '' then redis.call('HSET', KEYS[5], name, ARGV[7]) end
for at = 1, 5 do redis.call('EXPIRE', KEYS[at], ARGV[4]) end

while tonumber(redis.call('GET', KEYS[4])) > tonumber(ARGV[6]) do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not oldest or oldest == name then break end
  redis.call('UNLINK', prefix .. oldest)
  forget(oldest)
end
return 1
