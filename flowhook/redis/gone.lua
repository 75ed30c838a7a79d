-- Whether the organisation was deleted whose keys a script is about to change: its mark stands until
-- all that was in flight then has ended (deletion.py).
local function is_gone()
  local own = string.match(KEYS[1] or '', '^fh:{[^}]+}:')
  return own and redis.call('EXISTS', own .. 'gone') == 1
end
