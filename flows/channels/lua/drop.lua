-- KEYS: lock, lane, tries, due. ARGV: token. Answers whether the head was the holder's to drop.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('LPOP', KEYS[2])
redis.call('DEL', KEYS[3])
return 1
