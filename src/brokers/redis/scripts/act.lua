-- Takes in letters of every kind, with all that belongs to them.
--
-- KEYS     whatever the program names by its place
-- ARGV     how many letters a lane may hold ('' for any number), then the program of lib/effects.lua
-- Returns  'taken' or 'repeated', the places of the duplicates
--          or 'full', the name of the lane
-- Costs    by the number of keys: HMGET, HSET and HDEL for each hash, RPUSH or ZADD for each lane, and waking;
--          with a limit, LLEN or ZCARD for each lane
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/notify.lua
--@include lib/marks.lua
--@include lib/effects.lua
local limit = ARGV[1]
-- How many letters come to each lane, and to each delayed.
local soon, late = {}, {}

local function count(to, key, letters) to[key] = (to[key] or 0) + letters end

-- room route letters, 'delayed' or '': letters that are to follow
function steps.room()
  if word(3) == '' then count(soon, R(1).lane, word(2)) else count(late, R(1).delayed, word(2)) end
  return 3
end

run(prepare(2))
if letters > 0 and created == 0 then return { 'repeated', duplicates } end
if limit ~= '' then
  for route, list in pairs(pushed) do count(soon, route.lane, #list) end
  for route, list in pairs(delayed) do count(late, route.delayed, #list) end
  for lane, coming in pairs(soon) do
    if call('LLEN', lane) + coming > limit + 0 then return { 'full', lane } end
  end
  for lane, coming in pairs(late) do
    if call('ZCARD', lane) + coming > limit + 0 then return { 'full', lane } end
  end
end
flush()
for idle in pairs(deliver()) do wake(idle) end
return { 'taken', duplicates }
