-- Add to numbers of a hash: two commands, however many they are. ARGV holds from `at` to `last` the
-- seconds that the hash lives from when it was made (0: for good), then fields and what is added.
local function add_numbers(key, at, last)
  local names, added = {}, {}
  for place = at + 1, last, 2 do
    names[#names + 1] = ARGV[place]
    added[#added + 1] = tonumber(ARGV[place + 1])
  end
  local held = redis.call("HMGET", key, unpack(names))
  local changed = {}
  for number, name in ipairs(names) do
    changed[#changed + 1] = name
    changed[#changed + 1] = string.format("%.0f", tonumber(held[number] or "0") + added[number])
  end
  local is_new = redis.call("HSET", key, unpack(changed)) == #names
  if is_new and ARGV[at] ~= "0" and redis.call("TTL", key) == -1 then
    redis.call("EXPIRE", key, ARGV[at])
  end
  return #names
end

-- Carry out commands that a script's caller wants together with what the script does: for each key
-- from `place` on, ARGV holds from `at` on the command, the number of its arguments, and these.
-- Answers their replies. COUNT is add_numbers, any other a command of Redis.
local function apply(place, at)
  local replies = {}
  for number = place, #KEYS do
    local last = at + 1 + tonumber(ARGV[at + 1])
    local reply
    if ARGV[at] == "COUNT" then
      reply = add_numbers(KEYS[number], at + 2, last)
    else
      reply = redis.call(ARGV[at], KEYS[number], unpack(ARGV, at + 2, last))
    end
    replies[#replies + 1] = reply or false
    at = last + 1
  end
  return replies
end
