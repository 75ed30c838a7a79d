-- Checks a call against all the limits of one organisation; reserves only where all of them let
-- it through, so that a refused call costs nothing.
--
-- KEYS  1 times of the last calls (a list, oldest first, at most as long as the limit)
--       2 calls in flight (a sorted set: "<id>|<tokens reserved>" by the end of its lease)
--       3 tokens used and reserved this month
-- ARGV  1 now in microseconds, empty for the server's clock
--       2 calls a minute, 3 calls at once, 4 tokens a month; each empty where there is no limit
--       5 id of the call, 6 length of its lease in microseconds
--       7 tokens it must be able to use, 8 tokens to reserve on top where there are that many
--       9 seconds to keep the month's counter
-- Returns {"ok", tokens reserved} or {limit, microseconds to wait}; of "tokens", 0 is "to the
-- end of the month".

local MINUTE = 60000000
local FORGET = 3600000000 -- a lease that ended this long ago is forgotten, with what it reserved
local SOON = 1000000 -- when a place comes free is not known; calls take about this long

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local per_minute, at_once, monthly = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local whole = function(number) return string.format('%.0f', number) end

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
  local used = tonumber(redis.call('GET', KEYS[3]) or 0)
  local needed = tonumber(ARGV[7])
  if used + needed > monthly or used >= monthly then
    local held = 0
    for _, call in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. whole(now), '+inf')) do
      held = held + string.match(call, '|(%d+)$')
    end
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
return {'ok', whole(reserved)}
