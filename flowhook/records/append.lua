-- Adds a batch of one organisation's calls to its log, once: the batch that this process wrote
-- last is known, so one that is sent again after a lost answer changes nothing.
--
-- KEYS  1 the log, 2 the batch this process wrote last
-- ARGV  1 the batch, 2 seconds to remember it, 3 entries to keep,
--       then for each entry: summary, sealed body

if redis.call('GET', KEYS[2]) == ARGV[1] then
  return 0
end
for at = 4, #ARGV, 2 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*',
    'summary', ARGV[at], 'body', ARGV[at + 1])
end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1
