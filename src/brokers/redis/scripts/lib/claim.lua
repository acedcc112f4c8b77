-- Claiming. KEYS from `base` on: [over], revoked, paused, the delayed of each queue, the ten lanes of each queue
-- (priorities 9 to 0), workers, the idle of each queue, flight. ARGV from `head` on: number of queues, how many letters
-- at most, lease in milliseconds ('' while it needs no renewal), 'look' to look for the dead, channel ('' when it is
-- not to be parked), 'parked' when it is in all its queues, 'some' in a few, how the worker is listed, the channel that all
-- workers hear, the names of the queues.
local queues, room = ARGV[head] + 0, ARGV[head + 1] + 0
local lease, look, channel, parked = ARGV[head + 2], ARGV[head + 3] == 'look', ARGV[head + 4], ARGV[head + 5]
local revoked, paused, names = base + 1, base + 2, head + 7
local lanes = paused + queues
local workers = lanes + 10 * queues + 1
local flight = KEYS[workers + queues + 1]
local closed, judged, surveyed, moved = {}, false, false, false
local heads, due, dead, marked, batches, taken, emptied = {}, false, {}, {}, {}, {}, {}

-- Learns what is out of the ordinary: revoked letters, paused queues, delayed letters.
local function survey()
  surveyed = true
  local odd = call('EXISTS', KEYS[revoked], KEYS[paused])
  if odd > 0 then
    judged = true
    for _, name in ipairs(call('SMEMBERS', KEYS[paused])) do closed[name] = true end
  end
  if call('EXISTS', unpack(KEYS, paused + 1, lanes)) == 0 then return end
  for queue = 1, queues do
    local next, came = false, false
    if not closed[ARGV[names + queue]] then next, came = promote(KEYS[paused + queue], lanes + 10 * queue) end
    heads[queue], moved = next or came and '', moved or came
    if next and (not due or next < due) then due = next end
  end
  if due then due = math.max(0, due - now()) end
end

-- What is written of a letter in flight: its priority and its queue, then the letter.
local function carry(key, letters)
  local lane = lanes + 1
  while KEYS[lane] ~= key do lane = lane + 1 end
  local queue = floor((lane - lanes - 1) / 10) + 1
  local prefix = 9 - (lane - lanes - 1) % 10 .. ARGV[names + queue] .. '\n'
  local values, count = {}, #taken
  for i, letter in ipairs(letters) do
    local field = sub(letter, 1, 22)
    values[2 * i - 1], values[2 * i] = field, prefix .. letter
    taken[count + i] = field
    -- An odd kind has an expiry, thirteen digits behind it.
    if byte(letter, 23) % 2 == 1 and sub(letter, 24, 36) + 0 < now() then
      marked[#marked + 1] = 'expired ' .. field
    end
  end
  many('HSET', flight, values)
  batches[#batches + 1] = lane - lanes
  batches[#batches + 1] = letters
end

-- Takes from the first lane that has something, then from the next, until there is enough.
local function take(once)
  local pop = { 'LMPOP', 0 }
  for queue = 1, queues do
    if not closed[ARGV[names + queue]] then
      for lane = lanes + 10 * queue - 9, lanes + 10 * queue do pop[#pop + 1] = KEYS[lane] end
    end
  end
  pop[2] = #pop - 2
  if pop[2] == 0 then return end
  local last = #pop + 3
  pop[last - 2], pop[last - 1] = 'LEFT', 'COUNT'
  repeat
    pop[last] = room - #taken
    local got = call(unpack(pop))
    if got then
      carry(got[1], got[2])
      emptied[got[1]] = #got[2] < pop[last]
    end
  until not got or once or #taken >= room
end

local function judge()
  local ids = {}
  for i, field in ipairs(taken) do ids[i] = sub(field, 1, 20) end
  for i, is in ipairs(fetch('SMISMEMBER', KEYS[revoked], ids)) do
    if is == 1 then marked[#marked + 1] = 'revoked ' .. taken[i] end
  end
end

-- Whether a queue still has something for another worker: a letter, or one that the next idle worker has to keep an
-- eye on because this one does no longer.
local function has_more(queue)
  local first = lanes + 10 * queue - 9
  if parked ~= '' then return call('EXISTS', KEYS[paused + queue], unpack(KEYS, first, first + 9)) > 0 end
  return call('EXISTS', unpack(KEYS, first, first + 9)) > 0
end

-- Renews the lease. A new one is told to all workers: were this one to die, one of the others has to see it.
local function renew()
  if call('ZADD', KEYS[workers], now() + lease, ARGV[head + 6]) == 0 then return end
  call('PUBLISH', ARGV[head + 7], 'lease ' .. lease .. ' ' .. channel)
end

-- Tells all workers when the next delayed letters are due: were this one to die, one of the others has to come for them.
local function tell_due()
  for queue, next in pairs(heads) do
    if next then
      local left = next ~= '' and math.max(0, next - now()) or ''
      call('PUBLISH', ARGV[head + 7], 'due ' .. left .. ' ' .. ARGV[names + queue])
    end
  end
end

-- Claims; `live` tells how many of the keys there are, from those before `over` up to the last lane.
local function claim(live)
  if room > 0 and live > 0 then
    if live > 1 then survey() end
    take(live == 1)
    if #taken == 0 and not surveyed then
      survey()
      take(false)
    end
    if judged and #taken > 0 then judge() end
  end
  if #taken > 0 and lease ~= '' then renew() end
  if moved or surveyed and #taken == 0 then tell_due() end
  if #taken < room and channel ~= '' and parked ~= 'parked' then
    for queue = 1, queues do call('SADD', KEYS[workers + queue], channel) end
  elseif room > 0 and #taken == room then
    for queue = 1, queues do
      if parked ~= '' then call('SREM', KEYS[workers + queue], channel) end
    end
    for queue = 1, queues do
      if not closed[ARGV[names + queue]] and has_more(queue) then wake(KEYS[workers + queue]) end
    end
  end
end

-- The workers whose lease has run out, when it is time to look for them.
local function find_dead()
  if look then dead = call('ZRANGEBYSCORE', KEYS[workers], '-inf', now()) end
  return #dead > 0
end

-- Wakes those idle in queues that were sent something. Nobody has to come for what was sent and taken in one turn, as the
-- steps of a chain are.
local function wake_unless_taken(calls)
  for idle, keys in pairs(calls) do
    local left = {}
    for _, key in ipairs(keys) do
      if not emptied[key] then left[#left + 1] = key end
    end
    if #left > 0 and (#taken == 0 or call('EXISTS', unpack(left)) > 0) then wake(idle) end
  end
end
