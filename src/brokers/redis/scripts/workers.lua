-- What workers with a lease hold, and how long it lasts.
--
-- KEYS     workers, the flight of each worker
-- ARGV     how the workers are listed
-- Returns  for each worker: how many letters it holds, milliseconds until its lease ends
-- Costs    TIME, ZMSCORE, HLEN for each worker
--@include lib/base.lua
local list = {}
for i, ends in ipairs(fetch('ZMSCORE', KEYS[1], ARGV)) do
  list[i] = { call('HLEN', KEYS[1 + i]), (ends or 0) - now() }
end
return list
