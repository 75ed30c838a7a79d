-- Count a job among its organisation's, by bytes: `open` while a step is to be done, then `ended`,
-- or `dead` where a step was given up. A job that has ended needs its call no more. Open jobs are
-- counted so that too many can be refused; of the others the oldest make room.
--
-- KEYS  1 the job, 2 the bytes of each class (a hash),
--       3 to 5 the jobs of each class (sorted sets: "<bytes> <name>" by their end in epoch seconds)
-- ARGV  1 now in epoch seconds (to the millisecond), 2 to 4 seconds that a job of each class is kept,
--       5 to 7 most bytes of each class; a class's number is its place in CLASSES

local CLASSES = {'open', 'ended', 'dead'}
local STEPS = {'run', 'callback', 'glific', 'conversation'}
local RECORD_BYTES = 1024 -- of a job, beside its call and its result
local LAPSED = 100 -- forgotten at once, of those that expired
local LONGEST = math.max(ARGV[2], ARGV[3], ARGV[4])
local NAME_AT = #KEYS[1] - string.find(string.reverse(KEYS[1]), ':', 1, true) + 2

local function job_key(name)
  return string.sub(KEYS[1], 1, NAME_AT - 1) .. name
end

local function class_of(job)
  local class = 2
  local states = redis.call('HMGET', job, unpack(STEPS))
  if states[1] == 'dead' then return 3 end -- its deliveries wait for nothing
  for _, state in ipairs(states) do
    if state == 'queued' or state == 'held' then return 1 end
    if state == 'dead' then class = 3 end
  end
  return class
end

local function forget(class, member)
  if redis.call('ZREM', KEYS[2 + class], member) == 1 then
    redis.call('HINCRBY', KEYS[2], CLASSES[class], -tonumber(string.match(member, '^%d+')))
  end
end

local function bytes_of(class)
  return tonumber(redis.call('HGET', KEYS[2], CLASSES[class]) or '0')
end

local function make_room(class, mine)
  while bytes_of(class) > tonumber(ARGV[4 + class]) do
    local oldest = redis.call('ZRANGE', KEYS[2 + class], 0, 0)[1]
    if not oldest or oldest == mine then return end
    redis.call('UNLINK', job_key(string.match(oldest, '%S+$')))
    forget(class, oldest)
  end
end

local function leave(job)
  local counted = redis.call('HGET', job, 'counted')
  if counted then
    local class, member = string.match(counted, '^(%d) (.+)$')
    forget(tonumber(class), member)
  end
end

local function account(job)
  leave(job)
  local class = class_of(job)
  if class == 2 then redis.call('HDEL', job, 'call') end
  local words = redis.call('HSTRLEN', job, 'call') + redis.call('HSTRLEN', job, 'result')
  local bytes = RECORD_BYTES + words
  local member = bytes .. ' ' .. string.sub(job, NAME_AT)
  local index, life = KEYS[2 + class], ARGV[1 + class]
  for _, lapsed in ipairs(
      redis.call('ZRANGEBYSCORE', index, '-inf', ARGV[1], 'LIMIT', 0, LAPSED)) do
    forget(class, lapsed)
  end
  redis.call('ZADD', index, ARGV[1] + life, member)
  redis.call('HINCRBY', KEYS[2], CLASSES[class], bytes)
  redis.call('HSET', job, 'counted', class .. ' ' .. member)
  redis.call('EXPIRE', job, life)
  redis.call('EXPIRE', index, LONGEST)
  redis.call('EXPIRE', KEYS[2], LONGEST)
  if class > 1 then make_room(class, member) end
end
