-- Shared by the scripts that change a contact's queue.

-- Take the lease, and the item at the head. Answers how often the item was taken, and the item; false
-- where there is none, or somebody else holds the lease.
local function take(lock, queue, tries, due, token, milliseconds, contact, look_after)
  local head = redis.call('LINDEX', queue, 0)
  if not head then
    redis.call('ZREM', due, contact)
    return false
  end
  local holder = redis.call('SET', lock, token, 'NX', 'GET', 'PX', milliseconds)
  if holder and holder ~= token then
    return false
  end
  redis.call('ZADD', due, look_after, contact)
  return {redis.call('INCR', tries), head}
end

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
