-- Removes letters that wait, with all that is known of their ids. Only those of the buckets given: what came in
-- meanwhile stays, in its place.
--
-- KEYS     the ten lanes of the queue, its delayed, revoked, over, the kept ids, the marks of each bucket
-- ARGV     how many, the names of the buckets
-- Returns  how many were removed
-- Costs    LPOP for each lane, ZRANGE, ZREM, SREM twice, HDEL, and HDEL for each bucket
--@include lib/base.lua
--@include lib/promote.lua
local room, marks, fields, ids = ARGV[1] + 0, {}, {}, {}
for i = 2, #ARGV do marks[ARGV[i]] = KEYS[13 + i] end
promote(KEYS[11], 10)

-- Takes a letter for removal, unless its bucket was not given.
local function takes(id)
  local key = marks[sub(id, 1, 6)]
  if not key then return false end
  fields[key] = fields[key] or {}
  table.insert(fields[key], sub(id, 7))
  ids[#ids + 1] = id
  return true
end

for lane = 1, 10 do
  local back = {}
  local letters = room > 0 and call('LPOP', KEYS[lane], room) or {}
  for i = #letters, 1, -1 do
    if not takes(sub(letters[i], 1, 20)) then back[#back + 1] = letters[i] end
  end
  if #back > 0 then many('LPUSH', KEYS[lane], back) end
  room = room - #letters
end
local gone = {}
for _, member in ipairs(room > 0 and call('ZRANGE', KEYS[11], 0, room - 1) or {}) do
  if takes(sub(member, 2, 21)) then gone[#gone + 1] = member end
end
if #gone > 0 then many('ZREM', KEYS[11], gone) end
for key, list in pairs(fields) do many('HDEL', key, list) end
if #ids > 0 then
  many('SREM', KEYS[12], ids)
  many('SREM', KEYS[13], ids)
  many('HDEL', KEYS[14], ids)
end
return #ids
