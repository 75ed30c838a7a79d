-- Shared by the scripts that change a contact's queue.

-- What follows the item that just left: the new head stays with the holder, and is taken for the
-- first time; an empty queue gives the lease back in the same step, so that an item pushed later
-- finds nobody at it. Answers the new head, or false.
local function advance(lock, queue, tries, due, contact, look_after)
  local head = redis.call('LINDEX', queue, 0)
  if head then
    redis.call('SET', tries, 1)
    redis.call('ZADD', due, look_after, contact)
    return head
  end
  redis.call('DEL', lock, tries)
  redis.call('ZREM', due, contact)
  return false
end
