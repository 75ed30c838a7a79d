-- Remove all data of a contact, who then no longer counts among its organisation's conversations.
--
-- KEYS: bytes of all conversations, state, the other keys of the contact
local counted = redis.call("HGET", KEYS[2], "bytes")
redis.call("UNLINK", unpack(KEYS, 2))
if counted then
  redis.call("DECRBY", KEYS[1], counted)
end
return 1
