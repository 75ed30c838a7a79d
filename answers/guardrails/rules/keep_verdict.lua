-- Keeps a verdict among those of this time; none where they are too many.
-- KEYS: the verdicts. ARGV: the text's digest, the policies, seconds, most.
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
