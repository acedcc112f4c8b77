-- Ends deliveries of tasks that are plainly done, then claims.
--
-- KEYS     as lib/ends.lua says
-- ARGV     number of buckets, then as lib/claim.lua says, then as lib/ends.lua says
-- Returns  the places of the outcomes that were lost, milliseconds until the next delayed letter is due (or none), the
--          workers whose lease has run out (then nothing was claimed), 'expired' and 'revoked' deliveries, and by turns
--          a lane's place and its letters
-- Costs    HDEL (HMGET too, for more than one outcome) and HSET for each bucket; EXISTS; LMPOP and HSET
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/promote.lua
--@include lib/notify.lua
--@include lib/marks.lua
local buckets, head = ARGV[1] + 0, 2
local base = 2 * buckets + 1
--@include lib/claim.lua
--@include lib/ends.lua
local held = outcomes > 0 and release()
local last = room == 0 and revoked or look and workers or workers - 1
local live = call('EXISTS', unpack(KEYS, buckets + 1, last))
if held then
  if live > 0 and (room == 0 or call('EXISTS', unpack(KEYS, buckets + 1, revoked)) > 0) then odd_end(held) end
  remember(held)
end
if live == 0 or not find_dead() then claim(live) end
return { lost, due, dead, marked, unpack(batches) }
