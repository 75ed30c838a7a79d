-- Stores what a contact said of consent, if it is still what the caller read.
--
-- KEYS  1 the organisation's consents (a hash by digests of contacts)
-- ARGV  1 the contact's digest, 2 what was read of it or "", 3 what is stored, 4 most contacts
-- Gives 1, 0 where somebody else stored something meanwhile, or -1 where there is no room.

local before = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if before ~= ARGV[2] then
  return 0
end
if before == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return -1
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
