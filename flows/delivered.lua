-- Take the message that was delivered from its queue: only while its deliverer holds the queue.
--
-- It goes by its own text, not by its place: asked again after a lost answer, nothing more goes.
--
-- KEYS: lease, queue; ARGV: token, message. Gives 1, or 0 where the lease was lost.

if redis.call("GET", KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call("LREM", KEYS[2], 1, ARGV[2])
return 1
