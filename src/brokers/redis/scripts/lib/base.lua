local call, sub, byte, floor = redis.call, string.sub, string.byte, math.floor

-- Lua hands at most 7,999 values to a function: longer lists go in slices.
local SLICE = 7000

-- Runs a variadic command on the values first to last of a list; gives the last answer and the sum of them.
local function many(command, key, list, first, last)
  local answer, sum = 0, 0
  for from = first or 1, last or #list, SLICE do
    answer = call(command, key, unpack(list, from, math.min(from + SLICE - 1, last or #list)))
    if type(answer) == 'number' then sum = sum + answer end
  end
  return answer, sum
end

-- The values of fields of a hash, or whether members are in a set: one for each of the list.
local function fetch(command, key, list)
  if #list <= SLICE then return call(command, key, unpack(list)) end
  local values = {}
  for from = 1, #list, SLICE do
    local slice = call(command, key, unpack(list, from, math.min(from + SLICE - 1, #list)))
    for i = 1, #slice do values[from + i - 1] = slice[i] end
  end
  return values
end

-- Names as they are answered: behind a mark, for a client may take a bare text for JSON or a number.
local function named(names)
  local list = {}
  for i, name in ipairs(names) do list[i] = '=' .. name end
  return list
end

-- Milliseconds since the Unix epoch; asked of the server once, and only when it matters.
local time
local function now()
  if not time then
    local parts = call('TIME')
    time = parts[1] * 1000 + floor(parts[2] / 1000)
  end
  return time
end
