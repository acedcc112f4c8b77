-- Letters that are put where they belong, a lane at a time: when all is known, and after what is taken away. A route has a
-- priority and the keys of a lane, its delayed and its idle.
local pushed, returned, delayed = {}, {}, {}

local function add(to, key, value)
  local list = to[key]
  if list then list[#list + 1] = value else to[key] = { value } end
end

-- A moment as the client writes it: '' for none, '+5' for so many milliseconds from now, '5' for a time. Whole milliseconds,
-- as times are told so.
local function moment(spec)
  if spec == '' then return nil end
  return math.ceil(byte(spec) == 43 and now() + sub(spec, 2) or spec + 0)
end

-- Puts a letter into its lane, or among the delayed. Its tail is an input or the id of a gate: 2 or 4 in its kind.
local function enter(id, route, due, expires, text, kind, tail)
  local ends = moment(expires)
  if ends then
    kind = kind + 1
    text = string.format('%013.0f', math.max(0, math.min(ends, 9999999999999))) .. text
  end
  if kind > 1 then text = text .. '\n' .. tail end
  local letter, time = id .. '01' .. kind .. text, moment(due)
  if time and time > now() then
    add(delayed, route, { time, route.priority .. letter })
  else
    add(pushed, route, letter)
  end
end

-- Puts a letter that was held into its lane: its moments, which count from now, and a line end stand before its text. Most
-- have none.
local function enter_held(id, route, letter, kind, tail)
  if sub(letter, 1, 3) == '= \n' then
    add(pushed, route, id .. '01' .. kind .. sub(letter, 4) .. (kind > 1 and '\n' .. tail or ''))
    return
  end
  local line = string.find(letter, '\n', 1, true)
  local space = string.find(letter, ' ', 1, true)
  enter(id, route, sub(letter, 2, space - 1), sub(letter, space + 1, line - 1), sub(letter, line + 1), kind, tail)
end

-- Puts letters where they belong. Gives whom to wake: those idle in a queue, each with the keys that tell whether there
-- still is something for them; and how many lanes had been empty.
local function deliver()
  local calls, filled = {}, 0
  for route, list in pairs(returned) do
    local last = {}
    for i = #list, 1, -1 do last[#last + 1] = list[i] end
    many('LPUSH', route.lane, last)
    add(calls, route.idle, route.lane)
  end
  for route, list in pairs(pushed) do
    local length = many('RPUSH', route.lane, list)
    if length == #list then filled = filled + 1 end
    if rises(length, #list) then add(calls, route.idle, route.lane) end
  end
  for route, list in pairs(delayed) do
    local entries, first = {}, list[1][1]
    for _, entry in ipairs(list) do
      entries[#entries + 1], entries[#entries + 2] = entry[1], entry[2]
      first = math.min(first, entry[1])
    end
    many('ZADD', route.delayed, entries)
    if call('ZRANGE', route.delayed, 0, 0, 'WITHSCORES')[2] + 0 >= first then add(calls, route.idle, route.delayed) end
  end
  return calls, filled
end
