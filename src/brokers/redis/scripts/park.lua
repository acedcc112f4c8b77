-- Parks a worker in its queues, unless one of them has something for it.
--
-- KEYS     paused, the delayed of each queue, the ten lanes of each queue, workers, the idle of each queue
-- ARGV     number of queues, channel of the worker, the channel that all workers hear when a lease is to be looked at ('' when
--          not), the names of the queues
-- Returns  'ready', or 'parked', milliseconds until the next delayed letter is due (or none), milliseconds until the
--          next lease ends (or none)
-- Costs    EXISTS and SADD for each queue
--@include lib/base.lua
local queues, channel, common = ARGV[1] + 0, ARGV[2], ARGV[3]
local lanes = 1 + queues
local workers = lanes + 10 * queues + 1
local due, lease, SOON = false, false, 3000
if call('EXISTS', unpack(KEYS, 1, workers)) > 0 then
  local closed = {}
  for _, name in ipairs(call('SMEMBERS', KEYS[1])) do closed[name] = true end
  for queue = 1, queues do
    if not closed[ARGV[3 + queue]] then
      if call('EXISTS', unpack(KEYS, lanes + 10 * queue - 9, lanes + 10 * queue)) > 0 then return 'ready' end
      local next = call('ZRANGE', KEYS[1 + queue], 0, 0, 'WITHSCORES')[2]
      if next and (not due or next + 0 < due) then due = next + 0 end
    end
  end
  if due and due <= now() then return 'ready' end
  lease = call('ZRANGE', KEYS[workers], 0, 0, 'WITHSCORES')[2] or false
end
for queue = 1, queues do call('SADD', KEYS[workers + queue], channel) end
-- One pair of eyes is enough: the others need not look before the next lease ends. A dead worker is brought back by this
-- one; should it die meanwhile, they look soon.
if common ~= '' then
  call('PUBLISH', common, 'next ' .. (lease and (lease - now() > 0 and lease - now() or SOON) or ''))
end
return { 'parked', due and due - now(), lease and lease - now() }
