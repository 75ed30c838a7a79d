-- Take the message at the head from its queue: only while the one who delivered it holds the queue.
--
-- KEYS: lease, queue; ARGV: token. Gives 1, or 0 where the lease was lost.

if redis.call("GET", KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call("LPOP", KEYS[2])
return 1
