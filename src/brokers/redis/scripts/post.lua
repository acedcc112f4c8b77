-- Takes in up to a thousand letters for a producer on the edge: what `publish` and `act` do for letters, in a short text.
--
-- KEYS     queues, kept ids, then whatever the letters name by its place
-- ARGV     of each letter: place of its marks; place of its lane, with its delayed and its idle behind that; priority
--          and queue; due; expires; id; text; 'keep' when it may wait longer than the marks of its bucket are kept
-- Returns  the places of the duplicates
-- Costs    for one letter HSETNX and RPUSH; for a bucket of many HMGET, HSET and RPUSH; SRANDMEMBER where the lane was
--          empty, and PUBLISH where a worker is parked, or else SADD
local call, sub = redis.call, string.sub
-- Wakes one worker of those parked in a queue. A channel that nobody hears is that of a worker that is gone.
local function wake(idle)
  local channel = call('SRANDMEMBER', idle)
  while channel and call('PUBLISH', channel, 'wake') == 0 do
    call('SREM', idle, channel)
    channel = call('SRANDMEMBER', idle)
  end
end

local fields, new, lists, names, duplicates, time = {}, {}, {}, {}, {}, nil

local function add(to, key, ...)
  to[key] = to[key] or {}
  for _, value in ipairs({ ... }) do table.insert(to[key], value) end
end

local function moment(spec)
  if spec == '' then return nil end
  time = time or call('TIME')
  return sub(spec, 1, 1) == '+' and time[1] * 1000 + math.floor(time[2] / 1000) + spec or spec + 0
end

for at = 1, #ARGV, 8 do add(fields, ARGV[at], sub(ARGV[at + 5], 7)) end
for place, list in pairs(fields) do
  local marks, fresh = KEYS[place + 0], {}
  local known = list[2] and call('HMGET', marks, unpack(list)) or { call('HSETNX', marks, list[1], 'Q') == 0 }
  for i, field in ipairs(list) do
    new[field] = not known[i]
    if new[field] then add(fresh, 1, field, 'Q') end
  end
  if list[2] and fresh[1] then call('HSET', marks, unpack(fresh[1])) end
end
for at = 1, #ARGV, 8 do
  local id, place, route = ARGV[at + 5], ARGV[at + 1] + 0, ARGV[at + 2]
  if new[sub(id, 7)] then
    new[sub(id, 7)] = false
    local due, ends = moment(ARGV[at + 3]), moment(ARGV[at + 4])
    local letter = id .. '01' .. (ends and string.format('1%013.0f', math.max(0, ends)) or 0) .. ARGV[at + 6]
    if due and due > moment('+0') then
      add(lists, place + 1, due, sub(route, 1, 1) .. letter)
      names[place + 1] = KEYS[place + 2]
    else
      add(lists, place, letter)
      names[place] = sub(route, 2)
    end
    if ARGV[at + 7] ~= '' then call('HSET', KEYS[2], id, 'Q') end
  else
    duplicates[#duplicates + 1] = (at + 7) / 8
  end
end
for place, list in pairs(lists) do
  if type(list[1]) == 'number' then
    call('ZADD', KEYS[place], unpack(list))
    wake(names[place])
  else
    local length = call('RPUSH', KEYS[place], unpack(list))
    -- A worker is woken where the lane was empty, and again at each power of two, should none have come.
    if length == #list or math.frexp(length) == 0.5 then
      wake(KEYS[place + 2])
    else
      call('SADD', KEYS[1], names[place])
    end
  end
end
return duplicates
