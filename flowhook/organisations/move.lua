-- Give keys their new names; what has its new name already, or has gone, is passed over.
-- KEYS: old name, new name, and so on.

for place = 1, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[place]) == 1 then
    redis.call('RENAMENX', KEYS[place], KEYS[place + 1])
  end
end
return redis.status_reply('OK')
