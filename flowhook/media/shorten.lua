-- Ends media sooner, or at once where their new end has passed. Nothing lives longer for it.
--
-- KEYS  1 the content, 2 the index, 3 the bytes kept in all
-- ARGV  1 the member of the index, 2 the new end and 3 now, in epoch seconds

local before = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or '0')
local ends, now = tonumber(ARGV[2]), tonumber(ARGV[3])
if before <= ends and ends > now then
  return 0
end
if ends <= now then
  redis.call('UNLINK', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('DECRBY', KEYS[3], tonumber(string.match(ARGV[1], '^%d+')))
else
  redis.call('EXPIREAT', KEYS[1], ends)
  redis.call('ZADD', KEYS[2], ends, ARGV[1])
end
return 1
