-- Copy a part of the log without a contact's entries; the copy takes the log's place with the last part.
-- A stream keeps the bytes of single entries that are deleted, so it is made anew.
--
-- KEYS  1 the log, 2 the copy
-- ARGV  1 the id to begin after (or "-"), 2 most entries, 3 and 4 the contact and the time as
--       of_contact.lua has them, 5 seconds that a copy lives which nobody goes on with
-- Answers {the id of the last entry copied, or "" once the copy has taken the place, entries left out}.
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
local left_out = 0
for _, entry in ipairs(entries) do
  if is_of_contact(entry[2], ARGV[3], ARGV[4]) then
    left_out = left_out + 1
  else
    redis.call('XADD', KEYS[2], entry[1], unpack(entry[2]))
    redis.call('EXPIRE', KEYS[2], ARGV[5])
  end
end
if #entries == tonumber(ARGV[2]) then return {entries[#entries][1], left_out} end
local life = redis.call('TTL', KEYS[1])
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('UNLINK', KEYS[1])
else
  redis.call('RENAME', KEYS[2], KEYS[1])
  if life > 0 then redis.call('EXPIRE', KEYS[1], life) else redis.call('PERSIST', KEYS[1]) end
end
return {'', left_out}
