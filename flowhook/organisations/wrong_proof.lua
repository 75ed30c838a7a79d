-- Counts a wrong proof of one sender for one identity.
--
-- KEYS  1 a hash: its field '' counts the proofs, each other field is a different one
-- ARGV  1 the proof (hashed), 2 the most different ones to remember, 3 seconds of the window
--
-- Answers how many proofs came, how many of them are different, and the seconds until all are
-- forgotten.

local tries = redis.call('HINCRBY', KEYS[1], '', 1)
if tries == 1 then
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
if redis.call('HLEN', KEYS[1]) <= tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], '')
end
return {tries, redis.call('HLEN', KEYS[1]) - 1, redis.call('TTL', KEYS[1])}
