-- Removes dead letters for good, with the gates that were their input; their results stay.
--
-- KEYS     the dead of the queue, the kept ids, the gates
-- ARGV     number of gates, their ids, then the ids of the letters
-- Returns  how many were removed, or the gates that were not among those given
-- Costs    LRANGE, LREM for each letter, HDEL, UNLINK
--@include lib/base.lua
--@include lib/exhume.lua
local gates, known, missing, gone = ARGV[1] + 0, {}, {}, {}
for i = 2, gates + 1 do known[ARGV[i]] = true end
local found = find_dead(KEYS[1], ARGV, gates + 2)
for _, one in ipairs(found) do
  gone[#gone + 1] = one.id
  if floor((byte(one.letter, 23) - 48) / 4) % 2 == 1 then
    local gate = sub(one.letter, string.find(one.letter, '\n', 1, true) + 1)
    if not known[gate] then missing[#missing + 1] = gate end
  end
end
if #missing > 0 then return named(missing) end
exhume(KEYS[1], found)
if #gone > 0 then many('HDEL', KEYS[2], gone) end
for i = 1, gates do call('UNLINK', KEYS[2 + i]) end
return #gone
