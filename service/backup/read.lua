-- Read a key whole: {name, type, expiry in epoch milliseconds (-1: none), value, stream's ids}.

local function read(key)
  local kind = redis.call('TYPE', key).ok
  local value, ids
  if kind == 'string' then
    value = redis.call('GET', key)
  elseif kind == 'hash' then
    value = redis.call('HGETALL', key)
  elseif kind == 'list' then
    value = redis.call('LRANGE', key, 0, -1)
  elseif kind == 'set' then
    value = redis.call('SMEMBERS', key)
  elseif kind == 'zset' then
    value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif kind == 'stream' then
    value, ids = redis.call('XRANGE', key, '-', '+'), redis.call('XINFO', 'STREAM', key)
  else
    return nil -- it expired or was removed
  end
  return {key, kind, redis.call('PEXPIRETIME', key), value, ids}
end
