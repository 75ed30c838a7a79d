-- Keeps media for as long as they live; the organisation's oldest make room where its share is
-- used up. The index and the total die together when nothing was kept for that long.
--
-- KEYS  1 the content, 2 the index (a sorted set: "<bytes> <kept since> <digest>" by its end, both
--         in epoch seconds; an older release has no time in the middle)
--       3 the bytes kept in all
-- ARGV  1 content, 2 digest, 3 bytes, 4 now in epoch seconds, 5 seconds to live
--       6 most bytes in all, 7 what keys of contents begin with, 8 seconds that anything lives,
--       9 the tag of the contact whose it is, which a member has before the digest (or "")

local function forget(member)
  redis.call('DECRBY', KEYS[3], tonumber(string.match(member, '^%d+')))
  redis.call('ZREM', KEYS[2], member)
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])) do
  forget(member)
end
local room = tonumber(ARGV[6]) - tonumber(ARGV[3])
while tonumber(redis.call('GET', KEYS[3]) or '0') > room do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not oldest then
    redis.call('DEL', KEYS[3])
    break
  end
  redis.call('UNLINK', ARGV[7] .. string.match(oldest, '%S+$'))
  forget(oldest)
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[5])
local tagged = ARGV[9] ~= '' and ARGV[9] .. ' ' or ''
redis.call('ZADD', KEYS[2], ARGV[4] + ARGV[5], ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. tagged .. ARGV[2])
redis.call('INCRBY', KEYS[3], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[8])
redis.call('EXPIRE', KEYS[3], ARGV[8])
return redis.status_reply('OK')
