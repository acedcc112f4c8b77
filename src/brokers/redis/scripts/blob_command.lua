-- Runs one command on keys that lie together: it goes by every transport as scripts do.
--
-- KEYS     the keys of the command, behind its name
-- ARGV     the name of the command, its arguments behind the keys
-- Returns  what the command does
-- Costs    the command
local words = { ARGV[1] }
for _, key in ipairs(KEYS) do words[#words + 1] = key end
for i = 2, #ARGV do words[#words + 1] = ARGV[i] end
return redis.call(unpack(words))
