-- Carry out commands that a script's caller wants together with what the script does: for each key
-- from `place` on, ARGV holds from `at` on the command, the number of its arguments, and these.
-- Answers their replies.
local function apply(place, at)
  local replies = {}
  for number = place, #KEYS do
    local count = tonumber(ARGV[at + 1])
    local reply = redis.call(ARGV[at], KEYS[number], unpack(ARGV, at + 2, at + 1 + count))
    replies[#replies + 1] = reply or false
    at = at + 2 + count
  end
  return replies
end
