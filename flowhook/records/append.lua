-- Adds a batch of one organisation's calls to its log, once: the batch that this process wrote
-- last is known, so one that is sent again after a lost answer changes nothing. Then removes the
-- oldest entries that are too many, too large together, or too old.
--
-- An entry holds the bytes that were ever written before it. What is kept is the difference between
-- the oldest entry's and those written in all, so nothing has to be counted when entries go.
-- Entries of an older release hold none, and go first.
--
-- KEYS  1 the log, 2 the batch this process wrote last, 3 the bytes written in all
-- ARGV  1 the batch, 2 seconds to remember it, 3 entries to keep, 4 bytes to keep,
--       5 what is older goes (epoch milliseconds), 6 seconds to keep a log that is not added to,
--       then for each entry: summary, sealed body

local ENTRY_BYTES = 100 -- beside its texts
local AT_ONCE = 2000 -- entries that one batch removes at the most

if redis.call('GET', KEYS[2]) == ARGV[1] then
  return 0
end
local written = tonumber(redis.call('GET', KEYS[3]) or '0')
for at = 7, #ARGV, 2 do
  redis.call('XADD', KEYS[1], '*', 'summary', ARGV[at], 'body', ARGV[at + 1],
    'before', string.format('%.0f', written))
  written = written + ENTRY_BYTES + #ARGV[at] + #ARGV[at + 1]
end
redis.call('SET', KEYS[3], string.format('%.0f', written), 'EX', ARGV[6])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[6])

local length = redis.call('XLEN', KEYS[1])
local most, most_bytes, since = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
for _ = 1, AT_ONCE do
  local id, fields = unpack(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1] or {})
  local before = fields and fields[5] == 'before' and tonumber(fields[6]) or 0
  local is_over = id and (length > most or written - before > most_bytes
    or tonumber(string.match(id, '^%d+')) < since)
  if not is_over then break end
  redis.call('XDEL', KEYS[1], id)
  length = length - 1
end
return 1
