-- The end of a turn that sends letters: they are put where they belong, and the worker claims.

-- The only route that letters go by, where the worker serves it and has room for them all.
local function own_route()
  local route, list = next(pushed)
  if not route or next(pushed, route) or next(delayed) or next(returned) or #list > room then return nil end
  for lane = lanes + 1, workers - 1 do
    if KEYS[lane] == route.lane then return route end
  end
end

-- How many there are of the keys that tell of something to claim, or to look at.
local function count_live() return call('EXISTS', unpack(KEYS, revoked, look and workers or workers - 1)) end

-- Where nothing else waits, what the worker sends to itself goes from hand to hand, as the steps of a chain do.
local function end_turn()
  local route, calls, filled = own_route(), {}, 0
  local live = route and count_live()
  if live == 0 then
    carry(route.lane, pushed[route])
  else
    calls, filled = deliver()
    live = live and live + filled or room > 0 and count_live() or 0
  end
  if live == 0 or not find_dead() then claim(live) end
  wake_unless_taken(calls)
  return { lost, due, dead, marked, unpack(batches) }
end
