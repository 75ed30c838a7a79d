-- Adds organisations' calls to the board, once: the batch that this process added last is known, so
-- one that is sent again after a lost answer changes nothing.
--
-- KEYS  1 the batch this process added last, 2 last calls, 3 errors of keys,
--       4 to 7 calls, failures, tokens, cost of these two hours, 8 to 11 of this month
-- ARGV  1 the batch, 2 seconds to remember it, 3 seconds to keep two hours, 4 a month,
--       then for each organisation: its id, last call, what its calls said of its key ('' nothing,
--       'ok' it works, else the error), calls, failures, tokens, cost

local FIRST, METRICS, ROW = 4, 4, 7

-- Adds to a sorted set, which ends some time after an organisation was new in it.
local function add(key, amount, org, seconds)
  if tonumber(redis.call('ZINCRBY', key, amount, org)) == tonumber(amount) then
    redis.call('EXPIRE', key, seconds)
  end
end

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for at = 5, #ARGV, ROW do
  local org, key = ARGV[at], ARGV[at + 2]
  redis.call('ZADD', KEYS[2], 'GT', ARGV[at + 1], org)
  if key == 'ok' then
    redis.call('HDEL', KEYS[3], org)
  elseif key ~= '' then
    redis.call('HSET', KEYS[3], org, key)
  end
  for metric = 0, METRICS - 1 do
    local amount = ARGV[at + 3 + metric]
    if amount ~= '0' then
      add(KEYS[FIRST + metric], amount, org, ARGV[3])
      add(KEYS[FIRST + METRICS + metric], amount, org, ARGV[4])
    end
  end
end
return 1
