-- Store an answer of a run once, with its verdict and what it took.
-- KEYS: the run, its results, its marks, the sizes of all runs.
-- ARGV: the run's id, the answer's place, the answer, its mark, tokens, cost in billionths of a
-- dollar, 1 if its cost is not known, its bytes.
-- Answers the run's status, or false where the run was deleted.
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return false end
local lives = redis.call('PTTL', KEYS[1])
if redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3]) == 1 then
  redis.call('SETRANGE', KEYS[3], ARGV[2], ARGV[4])
  redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[5])
  redis.call('HINCRBY', KEYS[1], 'nano', ARGV[6])
  redis.call('HINCRBY', KEYS[1], 'unpriced', ARGV[7])
  redis.call('HINCRBY', KEYS[4], ARGV[1], ARGV[8])
  if lives > 0 then redis.call('PEXPIRE', KEYS[2], lives) end
end
return status
