-- Ends deliveries of tasks that are done, each with what most of them do besides: it sends a letter on, or arrives at a gate.
-- Then claims. What turn_effects.lua does, for the most frequent steps of workflows in a fraction of its time.
--
-- KEYS     as lib/ends.lua says, then whatever the steps name by its place
-- ARGV     number of buckets, then as lib/claim.lua says, then as lib/ends.lua says; then, each behind their number,
--            letters to send: where they go, how many, and of each: place of the outcome, id, '' or '2' and its input
--            gates: where what they open goes, its id, place of the gate, its id, number of arrivals, and of each: place of
--            the outcome, index, '=' and value
--            gates that nobody needs any more: place of the outcome, place of the gate
--          where letters go: places of held and of marks, priority, places of lane, delayed, idle
-- Returns  as turn.lua does
-- Costs    as turn.lua does; for each hash of held letters, of marks and of a gate HMGET; HDEL for each hash of
--          held letters, HSET for each gate; RPUSH or ZADD for each lane
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/promote.lua
--@include lib/notify.lua
--@include lib/marks.lua
local buckets, head = ARGV[1] + 0, 2
local base = 2 * buckets + 1
--@include lib/claim.lua
--@include lib/ends.lua
--@include lib/deliver.lua
--@include lib/end_turn.lua
local routes, gone, sent, closing = {}, {}, {}, {}

local function key_at(at) return KEYS[ARGV[at] + 0] end

local function route_at(at)
  local lane = key_at(at + 1)
  if not routes[lane] then
    routes[lane] = { priority = ARGV[at], lane = lane, delayed = key_at(at + 2), idle = key_at(at + 3) }
  end
  return routes[lane]
end

-- Sends held letters where the words at `to` say; one that is not held any more is passed over. A tail stands behind its kind.
local function send(to, ids, tails)
  local held, marks, route, fields = key_at(to), key_at(to + 1), route_at(to + 2), {}
  for i, id in ipairs(ids) do fields[i] = sub(id, 7) end
  local states = fetch('HMGET', marks, fields)
  for i, letter in ipairs(fetch('HMGET', held, fields)) do
    local id, field, tail, mark = ids[i], fields[i], tails[i], states[i]
    if letter and not gone[id] then
      gone[id] = true
      add(sent, held, field)
      if mark == 'H' or state(mark) ~= 'F' then
        add(beside, marks, field)
        add(beside, marks, mark == 'H' and 'Q' or turned(mark, 'Q'))
      end
      enter_held(id, route, letter, tail == '' and 0 or sub(tail, 1, 1) + 0, sub(tail, 2))
    end
  end
end

-- Sends what outcomes send on to one place; gives where the next one begins.
local function send_on(held, to)
  local ids, tails = {}, {}
  local last = to + 7 + 3 * ARGV[to + 6]
  for at = to + 7, last - 3, 3 do
    if held[ARGV[at] + 0] then ids[#ids + 1], tails[#tails + 1] = ARGV[at + 1], ARGV[at + 2] end
  end
  if #ids > 0 then send(to, ids, tails) end
  return last
end

-- Writes what arrives at a gate; the last arrival opens it. Gives where the next one begins.
local function arrive(held, to)
  local gate, fields, values = key_at(to + 7), { 'size', 'open', 'came' }, {}
  local last = to + 10 + 3 * ARGV[to + 9]
  for at = to + 10, last - 3, 3 do
    if held[ARGV[at] + 0] then
      fields[#fields + 1] = ARGV[at + 1]
      values[#fields] = ARGV[at + 2]
    end
  end
  local found = #fields > 3 and fetch('HMGET', gate, fields)
  if not found or not found[1] or found[2] then return last end
  local size, came, new, seen = found[1] + 0, (found[3] or 0) + 0, {}, {}
  for i = 4, #fields do
    local index = fields[i]
    if not found[i] and not seen[index] and came < size then
      came, seen[index] = came + 1, true
      new[#new + 1], new[#new + 2] = index, values[i]
    end
  end
  if #new == 0 then return last end
  new[#new + 1], new[#new + 2] = 'came', came
  if came >= size then
    new[#new + 1], new[#new + 2] = 'open', 1
    send(to, { ARGV[to + 6] }, { '4' .. ARGV[to + 8] })
  end
  many('HSET', gate, new)
  return last
end

-- Notes a gate that nobody needs any more; gives where the next one begins.
local function close(held, at)
  if held[ARGV[at] + 0] then closing[#closing + 1] = key_at(at + 1) end
  return at + 2
end

-- Goes through a list behind its number; gives where the next list begins.
local function each(held, from, step)
  local at = from + 1
  for _ = 1, ARGV[from] do at = step(held, at) end
  return at
end

local held = release()
if call('EXISTS', unpack(KEYS, buckets + 1, revoked)) > 0 then odd_end(held) end
each(held, each(held, each(held, rest + 1, send_on), arrive), close)
for key, fields in pairs(sent) do many('HDEL', key, fields) end
if #closing > 0 then call('UNLINK', unpack(closing)) end
remember(held)
return end_turn()
