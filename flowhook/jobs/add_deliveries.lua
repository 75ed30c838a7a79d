-- Have the result of a run that is not over delivered in further ways.
-- KEYS, ARGV 1 to 7: as in account.lua. ARGV: 8... steps.
-- Returns 1, or 0 where the run is over or the job is gone.
local job = KEYS[1]
local state = redis.call('HGET', job, 'run')
if state ~= 'queued' and state ~= 'held' then return 0 end
for at = 8, #ARGV do redis.call('HSETNX', job, ARGV[at], 'queued') end
account(job)
return 1
