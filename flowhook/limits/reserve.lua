-- Checks a call against all the limits of one organisation; reserves only where all of them let
-- it through, so that a refused call costs nothing.
--
-- KEYS  1 times of the last calls (a list, oldest first, at most as long as the limit)
--       2 calls in flight (a sorted set: "<id>|<tokens reserved>" by the end of its lease)
--       3 tokens used and reserved this month
--       4 what this call reserved, known for some seconds
-- ARGV  1 now in microseconds, empty for the server's clock
--       2 calls a minute, 3 calls at once, 4 tokens a month; each empty where there is no limit
--       5 id of the call, 6 length of its lease in microseconds
--       7 tokens it must be able to use, 8 tokens to reserve on top where there are that many
--       9 seconds to keep the month's counter
--       10 tokens used this month before there was a counter, 11 the month's start in microseconds;
--       both absent at the first try
-- Returns {"ok", tokens reserved} or {limit, microseconds to wait}; of "tokens", 0 is "to the
-- end of the month". {"seed", 0} where there is no counter and its first value is not told.

local MINUTE = 60000000
local FORGET = 3600000000 -- a lease that ended this long ago is forgotten, with what it reserved
local REPEATS = 10000 -- in milliseconds; redis-py tries again within about two seconds
local SOON = 1000000 -- when a place comes free is not known; calls take about this long

local before = redis.call('GET', KEYS[4])
if before then -- the answer was lost on its way, and this is the same call once more
  return {'ok', before}
end

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local per_minute, at_once, monthly = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local whole = function(number) return string.format('%.0f', number) end

-- Tokens that calls in flight which began at some moment or later reserved; they settle them.
local held_since = function(start)
  local held = 0
  for _, call in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], whole(start + ARGV[6]), '+inf')) do
    held = held + string.match(call, '|(%d+)$')
  end
  return held
end

redis.call('ZREM', KEYS[2], '') -- so that it is carried out even where the store is full
if per_minute then
  redis.call('LTRIM', KEYS[1], -per_minute, -1)
  if redis.call('LLEN', KEYS[1]) >= per_minute then
    local free_at = redis.call('LINDEX', KEYS[1], 0) + MINUTE
    if free_at > now and free_at <= now + MINUTE then -- later: the clock was set back
      return {'requests', whole(free_at - now)}
    end
  end
end

if at_once then
  local last = whole(now + ARGV[6]) -- what ends later began before the clock was set back
  if redis.call('ZCOUNT', KEYS[2], '(' .. whole(now), last) >= at_once then
    return {'calls', whole(SOON)}
  end
end

local reserved = 0
if monthly then
  local counted = redis.call('GET', KEYS[3])
  if not counted then
    if not ARGV[10] then
      return {'seed', '0'}
    end
    counted = whole(ARGV[10] + held_since(tonumber(ARGV[11])))
    redis.call('SET', KEYS[3], counted, 'EX', ARGV[9])
  end
  local used = tonumber(counted)
  local needed = tonumber(ARGV[7])
  if used + needed > monthly or used >= monthly then
    local held = held_since(now - ARGV[6])
    if used - held + needed <= monthly and used - held < monthly then
      return {'tokens', whole(SOON)}
    end
    return {'tokens', '0'}
  end
  reserved = math.min(needed + ARGV[8], monthly - used)
  redis.call('INCRBY', KEYS[3], whole(reserved))
  redis.call('EXPIRE', KEYS[3], ARGV[9])
end

if per_minute then
  redis.call('RPUSH', KEYS[1], whole(now))
  redis.call('LTRIM', KEYS[1], -per_minute, -1)
  redis.call('PEXPIRE', KEYS[1], MINUTE / 1000)
end
if at_once or monthly then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now - FORGET))
  redis.call('ZADD', KEYS[2], whole(now + ARGV[6]), ARGV[5] .. '|' .. whole(reserved))
  redis.call('PEXPIRE', KEYS[2], whole((ARGV[6] + FORGET) / 1000))
end
redis.call('SET', KEYS[4], whole(reserved), 'PX', REPEATS)
return {'ok', whole(reserved)}
