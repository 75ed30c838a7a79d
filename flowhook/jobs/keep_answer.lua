-- Keep the answer to a call for its repeats. Where an organisation's answers take more than they
-- may, the oldest leave a mark in their place, so that a repeat is refused and does not run again;
-- of the marks, too, the oldest go. An answer that is too large leaves its mark at once. One that is
-- written again, as its reply was lost, changes nothing.
--
-- KEYS  1 the answer, 2 answers (a sorted set: "<bytes> <digest>" by their end in microseconds),
--       3 their bytes in all, 4 marks (a sorted set: digests by their end in microseconds)
-- ARGV  1 the answer, 2 milliseconds to keep it, with their fraction, 3 its digest, 4 the mark,
--       5 most bytes of one, 6 most bytes in all, 7 most marks, 8 seconds to keep what is counted,
--       9 the tag of the contact whose call it was, which an answer's member has between the two

local ENTRY_BYTES = 300 -- of an answer, beside its text
local LAPSED = 100 -- forgotten at once, of those that expired

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local whole = function(number) return string.format('%.0f', number) end
local ends = now + ARGV[2] * 1000
local prefix = string.sub(KEYS[1], 1, -#ARGV[3] - 1)

local function forget(member)
  redis.call('ZREM', KEYS[2], member)
  redis.call('DECRBY', KEYS[3], string.match(member, '^%d+'))
end

local function mark(digest, ends)
  if ends - now < 1000 then return end
  redis.call('SET', prefix .. digest, ARGV[4], 'PX', whole((ends - now) / 1000))
  redis.call('ZADD', KEYS[4], whole(ends), digest)
  while redis.call('ZCARD', KEYS[4]) > tonumber(ARGV[7]) do
    redis.call('UNLINK', prefix .. redis.call('ZPOPMIN', KEYS[4])[1])
  end
end

for _, member in ipairs(
    redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(now), 'LIMIT', 0, LAPSED)) do
  forget(member)
end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', whole(now))

local there = redis.call('GET', KEYS[1])
if there == ARGV[1] or (there == ARGV[4] and redis.call('ZSCORE', KEYS[4], ARGV[3])) then
  return 0 -- kept already, or it had to make room; a mark that is not counted is a signature's
end

if #ARGV[1] > tonumber(ARGV[5]) then
  mark(ARGV[3], ends)
else
  local bytes = #ARGV[1] + ENTRY_BYTES
  redis.call('SET', KEYS[1], ARGV[1], 'PX', whole(ARGV[2]))
  local tagged = (ARGV[9] or '') ~= '' and ARGV[9] .. ' ' or ''
  if redis.call('ZADD', KEYS[2], whole(ends), bytes .. ' ' .. tagged .. ARGV[3]) == 1 then
    redis.call('INCRBY', KEYS[3], bytes)
  end
  while tonumber(redis.call('GET', KEYS[3]) or '0') > tonumber(ARGV[6]) do
    local oldest, its_end = unpack(redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES'))
    if not oldest then
      redis.call('DEL', KEYS[3])
      break
    end
    forget(oldest)
    mark(string.match(oldest, '%S+$'), its_end)
  end
end
for at = 2, 4 do redis.call('EXPIRE', KEYS[at], ARGV[8]) end
return 1
