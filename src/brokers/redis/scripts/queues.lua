-- The figures of queues.
--
-- KEYS     for each queue its ten lanes, its delayed and its dead; then the flight of each worker
-- ARGV     the names of the queues
-- Returns  for each queue: how many letters are ready, delayed, in flight and dead
-- Costs    LLEN eleven times, ZCARD and ZCOUNT for each queue, HVALS for each worker
--@include lib/base.lua
local active, figures = {}, {}
for place = 12 * #ARGV + 1, #KEYS do
  for _, value in ipairs(call('HVALS', KEYS[place])) do
    local name = sub(value, 2, string.find(value, '\n', 1, true) - 1)
    active[name] = (active[name] or 0) + 1
  end
end
for queue, name in ipairs(ARGV) do
  local last, ready = 12 * queue, 0
  for lane = last - 11, last - 2 do ready = ready + call('LLEN', KEYS[lane]) end
  local delayed, due = call('ZCARD', KEYS[last - 1]), 0
  if delayed > 0 then due = call('ZCOUNT', KEYS[last - 1], '-inf', now()) end
  figures[queue] = { ready + due, delayed - due, active[name] or 0, call('LLEN', KEYS[last]) }
end
return figures
