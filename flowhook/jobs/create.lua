-- Write a new job, unless its organisation has as many open ones as it may.
-- KEYS, ARGV 1 to 7: as in account.lua. ARGV: 8 most open jobs, 9... field, value, ...
-- Returns 1, or 0 where there is no room.

local SAMPLE = 20 -- jobs that are looked at before one is refused
local job, open = KEYS[1], KEYS[3]

local function is_full()
  return redis.call('ZCARD', open) >= tonumber(ARGV[8]) or bytes_of(1) >= tonumber(ARGV[5])
end

-- Jobs that were deleted, or ended by a process of an older release, are still counted.
if is_full() then
  for _, member in ipairs(redis.call('ZRANDMEMBER', open, SAMPLE)) do
    local other = job_key(string.match(member, '%S+$'))
    if redis.call('EXISTS', other) == 0 then
      forget(1, member)
    elseif class_of(other) > 1 then
      account(other)
    end
  end
  if is_full() then return 0 end
end
redis.call('HSET', job, unpack(ARGV, 9))
account(job)
return 1
