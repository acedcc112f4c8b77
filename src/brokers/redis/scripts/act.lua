-- Takes in letters of every kind, with all that belongs to them.
--
-- KEYS     whatever the program names by its place
-- ARGV     how many letters a lane may hold ('' for any number), then the program of lib/effects.lua
-- Returns  'taken' or 'repeated', the places of the duplicates
--          or 'full', the name of the lane
-- Costs    by the number of keys: HMGET, HSET and HDEL for each hash, RPUSH or ZADD for each lane, and waking
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/notify.lua
--@include lib/marks.lua
--@include lib/effects.lua
local limit = ARGV[1]
run(prepare(2))
if letters > 0 and created == 0 then return { 'repeated', duplicates } end
if limit ~= '' then
  for route, list in pairs(pushed) do
    if call('LLEN', route.lane) + #list > limit + 0 then return { 'full', route.lane } end
  end
  for route, list in pairs(delayed) do
    if call('ZCARD', route.delayed) + #list > limit + 0 then return { 'full', route.delayed } end
  end
end
flush()
for idle in pairs(deliver()) do wake(idle) end
return { 'taken', duplicates }
