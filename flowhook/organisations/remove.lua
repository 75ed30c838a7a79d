-- Remove keys of an organisation, unless it was created again meanwhile.
if is_gone() then redis.call('UNLINK', unpack(KEYS)) end
