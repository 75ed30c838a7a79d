-- KEYS: some of one slot. Answers them as they are at one moment, those that are gone left out.

local found = {}
for _, key in ipairs(KEYS) do
  found[#found + 1] = read(key)
end
return found
