-- Carry out commands that a script's caller wants together with what the script does: for each key
-- from `place` on, ARGV holds from `at` on the command, the number of its arguments, and these.
local function apply(place, at)
  for number = place, #KEYS do
    local count = tonumber(ARGV[at + 1])
    redis.call(ARGV[at], KEYS[number], unpack(ARGV, at + 2, at + 1 + count))
    at = at + 2 + count
  end
end
