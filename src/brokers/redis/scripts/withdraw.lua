-- Ends letters of a queue that wait, each with its effects.
--
-- KEYS     whatever the program names by its place, then the ten lanes of the queue, its delayed
-- ARGV     place of the last key before the lanes, number of letters, the letters or their ids, then the program of lib/effects.lua, with
--          the step below
-- Returns  the places of the letters that do not wait
-- Costs    as act.lua does; LRANGE, LPOP and LPUSH for each lane, ZRANGE, ZREM
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/notify.lua
--@include lib/marks.lua
--@include lib/effects.lua
--@include lib/over.lua
local base, room = ARGV[1] + 0, ARGV[2] + 0
local wanted, waiting, lanes, gone, lost, ended = {}, {}, {}, {}, {}, 0
for i = 3, room + 2 do wanted[ARGV[i]] = sub(ARGV[i], 1, 20) end
local first = room + 3

-- Looks where they stand: most likely they are the first of their lanes.
for lane = base + 1, base + 10 do
  local letters, back = room > 0 and call('LRANGE', KEYS[lane], 0, room - 1) or {}, {}
  for i = #letters, 1, -1 do
    local id = wanted[letters[i]] or wanted[sub(letters[i], 1, 20)]
    if id then waiting[id], room = true, room - 1 else back[#back + 1] = letters[i] end
  end
  if #back < #letters then lanes[lane] = { count = #letters, back = back } end
end
for _, member in ipairs(room > 0 and call('ZRANGE', KEYS[base + 11], 0, room - 1) or {}) do
  local id = wanted[sub(member, 2)] or wanted[sub(member, 2, 21)]
  if id then waiting[id], gone[#gone + 1] = true, member end
end

-- withdraw id, number of words to skip when it does not wait
function steps.withdraw()
  ended = ended + 1
  if waiting[word(1)] then
    waiting[word(1)] = nil
    return 2
  end
  lost[#lost + 1] = ended
  return 2 + word(2)
end

run(prepare(first))
for lane, found in pairs(lanes) do
  call('LPOP', KEYS[lane], found.count)
  if #found.back > 0 then many('LPUSH', KEYS[lane], found.back) end
end
if #gone > 0 then many('ZREM', KEYS[base + 11], gone) end
flush()
for idle in pairs(deliver()) do wake(idle) end
return lost
