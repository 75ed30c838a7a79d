-- KEYS[1]: a key of the organisation, for its slot and read too; ARGV[1]: the pattern of its others.
-- Looks for them itself, so none can be made meanwhile; it holds up Redis as long as it looks.

local found, seen, cursor = {}, {}, '0'
found[1], seen[KEYS[1]] = read(KEYS[1]), true
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 10000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    if not seen[key] then
      seen[key] = true
      found[#found + 1] = read(key)
    end
  end
until cursor == '0'
return found
