-- Remove what a member of an index counts (tagged.py).
-- KEYS: what is kept, the index, the bytes in all. ARGV: the member.
redis.call('UNLINK', KEYS[1])
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('DECRBY', KEYS[3], string.match(ARGV[1], '^%d+'))
return 1
