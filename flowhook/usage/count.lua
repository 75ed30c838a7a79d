-- Adds a batch of one organisation's calls to its counters, once: the batch that this process
-- wrote last is known, so one that is sent again after a lost answer changes nothing.
--
-- KEYS  1 the batch this process wrote last, 2... a hash for each day, and for each day of prompts
-- ARGV  1 the batch, 2 seconds to remember it, 3 seconds to keep a day,
--       then for each row: index of the hash in KEYS, function or prompt, model, calls, errors, tokens in,
--       tokens out

local MAX_FIELDS = 8000 -- of a day; a provider that invents model names fills no memory
local METRICS = {'calls', 'errors', 'in', 'out'}

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
local begun = {}
for at = 4, #ARGV, 7 do
  local day = KEYS[tonumber(ARGV[at])]
  local row = ARGV[at + 1] .. '|' .. ARGV[at + 2] .. '|'
  local fields = redis.call('HLEN', day)
  if fields == 0 then
    begun[#begun + 1] = day
  elseif fields >= MAX_FIELDS and redis.call('HEXISTS', day, row .. 'calls') == 0 then
    row = ARGV[at + 1] .. '|other|'
  end
  for offset, metric in ipairs(METRICS) do
    local number = ARGV[at + 2 + offset]
    if number ~= '0' then
      redis.call('HINCRBY', day, row .. metric, number)
    end
  end
end
for _, day in ipairs(begun) do
  redis.call('EXPIRE', day, ARGV[3])
end
return 1
