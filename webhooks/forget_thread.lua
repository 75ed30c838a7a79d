-- Forget a thread.
-- KEYS as append_turn.lua has them; ARGV: the thread's name.
-- Answers 1 where there was one.
local were = redis.call('UNLINK', KEYS[1])
redis.call('HDEL', KEYS[5], ARGV[1])
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  redis.call('DECRBY', KEYS[4], redis.call('HGET', KEYS[3], ARGV[1]) or 0)
  redis.call('HDEL', KEYS[3], ARGV[1])
end
return were
