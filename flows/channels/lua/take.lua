-- Take a contact's queue: its lease, and the item at its head.
-- KEYS: lock, queue, tries, due. ARGV: token, milliseconds, contact, when to look after the queue.
redis.call('ZREM', KEYS[4], '') -- so that it is carried out even where the store is full
return take(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
