-- Carry out commands, each on a key of one organisation. KEYS, ARGV: as in effects.lua.
return apply(1, 1)
