-- Removes dead letters for good; their results stay.
--
-- KEYS     the dead of the queue, the kept ids
-- ARGV     the ids
-- Returns  how many were removed
-- Costs    LRANGE, LREM for each letter, HDEL
--@include lib/base.lua
--@include lib/exhume.lua
local gone = {}
local count = exhume(KEYS[1], ARGV, 1, function(id) gone[#gone + 1] = id end)
if count > 0 then many('HDEL', KEYS[2], gone) end
return count
