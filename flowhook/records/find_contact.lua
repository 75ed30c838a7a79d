-- Find a contact's entries in a part of the log.
-- KEYS: the log. ARGV: the id to begin after (or "-"), most entries, and the contact and the time as
-- of_contact.lua has them.
-- Answers {the id of the last entry looked at, or "" at the end, id, id, ...}.
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
local found = {#entries == tonumber(ARGV[2]) and entries[#entries][1] or ''}
for _, entry in ipairs(entries) do
  if is_of_contact(entry[2], ARGV[3], ARGV[4]) then found[#found + 1] = entry[1] end
end
return found
