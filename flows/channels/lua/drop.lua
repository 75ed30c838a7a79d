-- KEYS: lock, lane, tries, due. ARGV: token, the item. Answers whether it was the holder's to drop.
-- By the item, which is sealed anew each time, so that asking twice takes no other out of the lane.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('LREM', KEYS[2], 1, ARGV[2])
redis.call('DEL', KEYS[3])
return 1
