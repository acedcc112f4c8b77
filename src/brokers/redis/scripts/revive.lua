-- Puts dead letters back to the end of their lanes, counted anew, with no expiry and their results forgotten.
--
-- KEYS     the dead of the queue, the kept ids, the ten lanes of the queue, its idle, the marks of each bucket
-- ARGV     number of buckets, their names, which of them are 'aged', then the ids
-- Returns  how many were revived
-- Costs    LRANGE, LREM and HSET for each letter, RPUSH for each lane, HDEL, and waking
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/exhume.lua
local buckets = ARGV[1] + 0
local marks, letters, waits, gone = {}, {}, {}, {}
for i = 1, buckets do marks[ARGV[1 + i]] = { key = KEYS[13 + i], aged = ARGV[1 + buckets + i] == 'aged' } end

local found = find_dead(KEYS[1], ARGV, 2 + 2 * buckets)
exhume(KEYS[1], found)
for _, one in ipairs(found) do
  local id, letter = one.id, one.letter
  local kind, bucket, lane = byte(letter, 23) - 48, marks[sub(id, 1, 6)], 12 - one.priority
  local rest = kind % 2 == 1 and sub(letter, 37) or sub(letter, 24)
  letters[lane] = letters[lane] or {}
  table.insert(letters[lane], 1, id .. '01' .. string.char(48 + kind - kind % 2 - floor(kind / 8) % 2 * 8) .. rest)
  call('HSET', bucket.key, sub(id, 7), 'Q')
  if bucket.aged then
    waits[#waits + 1], waits[#waits + 2] = id, 'Q'
  else
    gone[#gone + 1] = id
  end
end
if #waits > 0 then many('HSET', KEYS[2], waits) end
if #gone > 0 then many('HDEL', KEYS[2], gone) end
for lane, list in pairs(letters) do many('RPUSH', KEYS[lane], list) end
if #found > 0 then wake(KEYS[13]) end
return #found
