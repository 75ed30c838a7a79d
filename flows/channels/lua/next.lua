-- Drop the item that was dealt with, and take the one behind it.
-- KEYS: lock, queue, tries, due. ARGV: token, the item, contact, when to look after the queue.
-- Answers {1, the next item or false}, or {0} where the lease is lost.
-- By the item, which is sealed anew each time, so that asking twice takes no other out.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {0}
end
redis.call('LREM', KEYS[2], 1, ARGV[2])
return {1, advance(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[3], ARGV[4])}
