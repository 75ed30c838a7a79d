-- Ends a call: gives its place back, and puts what it used in place of what it reserved.
-- Once only: a repeat, or a call whose organisation was deleted meanwhile, finds no call. A counter
-- that does not exist yet begins with what this call used, which is in the usage by then.
--
-- KEYS  1 calls in flight, 2 tokens of the month the call began in
-- ARGV  1 the call, "<id>|<tokens reserved>", 2 tokens to add (negative to give back)

if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 and ARGV[2] ~= '0'
  and redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('INCRBY', KEYS[2], ARGV[2])
end
return redis.status_reply('OK')
