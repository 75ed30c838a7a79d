-- Whether an entry of the log is of a contact, by the JSON of its summary, and of a call that began
-- before a time in epoch milliseconds (or "": whenever it did).
local function is_of_contact(fields, contact, before)
  local summary = fields[2]
  if not string.find(summary, contact, 1, true) then return false end
  if before == '' then return true end
  local ended = tonumber(string.match(summary, '^{"at":(%d+)') or '0')
  local took = tonumber(string.match(summary, '"milliseconds":([%d.]+)') or '0')
  return ended - took < tonumber(before)
end
