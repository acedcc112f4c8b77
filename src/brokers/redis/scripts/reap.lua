-- Takes letters out of the hands of a worker that is gone and puts them to the front of their lanes, counted.
--
-- KEYS     workers, flight of the worker, the ten lanes of each queue, the idle of each queue
-- ARGV     how the worker is listed, 'dead' or 'leaving', its channel ('' when unknown), number of queues, their names,
--          then the deliveries to take, in the order in which they should be served
-- Returns  'alive' (a dead one has come back), or 'taken', the names of queues that were not among those given
-- Costs    HMGET, HDEL, LPUSH for each lane, HLEN, ZREM, and waking
--@include lib/base.lua
--@include lib/wake.lua
local worker, queues, flight = ARGV[1], ARGV[4] + 0, KEYS[2]
if ARGV[2] == 'dead' then
  local ends = call('ZSCORE', KEYS[1], worker)
  if ends and ends + 0 > now() then return 'alive' end
end
local places, fields, taken, letters, missing, strange = {}, {}, {}, {}, {}, {}
for queue = 1, queues do
  places[ARGV[4 + queue]] = queue
  if ARGV[3] ~= '' then call('SREM', KEYS[2 + 10 * queues + queue], ARGV[3]) end
end
for i = 5 + queues, #ARGV do fields[#fields + 1] = ARGV[i] end

local function take(field, value)
  local line = string.find(value, '\n', 1, true)
  local name = sub(value, 2, line - 1)
  local queue = places[name]
  if not queue then
    if not strange[name] then missing[#missing + 1] = name end
    strange[name] = true
    return
  end
  taken[#taken + 1] = field
  local count = math.min(99, sub(value, line + 21, line + 22) + 1)
  local lane = 2 + 10 * queue - sub(value, 1, 1)
  letters[lane] = letters[lane] or {}
  table.insert(letters[lane], sub(value, line + 1, line + 20) .. string.format('%02d', count) .. sub(value, line + 23))
end

-- From the last to the first: pushed one after the other to the front, the first comes first.
if #fields > 0 then
  local values = fetch('HMGET', flight, fields)
  for i = #fields, 1, -1 do
    if values[i] then take(fields[i], values[i]) end
  end
end
if #taken > 0 then many('HDEL', flight, taken) end
local touched = {}
for lane, list in pairs(letters) do
  many('LPUSH', KEYS[lane], list)
  touched[floor((lane - 3) / 10) + 1] = true
end
if call('HLEN', flight) == 0 then call('ZREM', KEYS[1], worker) end
for queue in pairs(touched) do wake(KEYS[2 + 10 * queues + queue]) end
return { 'taken', named(missing) }
