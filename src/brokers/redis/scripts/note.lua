-- Writes notes on ids that have no final result.
--
-- KEYS     the marks of each bucket, the watchers of each bucket
-- ARGV     number of buckets, for each: number of notes, milliseconds until they are forgotten ('' to leave that as it
--          is); then of each note its field, its id and its text
-- Returns  'noted'
-- Costs    HMGET and HSET for each bucket, EXISTS
--@include lib/base.lua
--@include lib/notify.lua
--@include lib/marks.lua
local buckets, at = ARGV[1] + 0, 2
local first = 2 + 2 * buckets
local watched = call('EXISTS', unpack(KEYS, buckets + 1, 2 * buckets)) > 0
for bucket = 1, buckets do
  local fields, ids, values, count = {}, {}, {}, ARGV[at] + 0
  for i = 1, count do fields[i], ids[i] = ARGV[first + 3 * i - 3], ARGV[first + 3 * i - 2] end
  for i, mark in ipairs(fetch('HMGET', KEYS[bucket], fields)) do
    local is = state(mark)
    if is ~= 'F' then
      local prefix = (is == '' or is == 'N') and 'N' or string.lower(is)
      values[#values + 1], values[#values + 2] = fields[i], prefix .. ARGV[first + 3 * i - 1]
    end
  end
  if #values > 0 then many('HSET', KEYS[bucket], values) end
  if ARGV[at + 1] ~= '' then call('PEXPIRE', KEYS[bucket], ARGV[at + 1]) end
  if watched then notify(KEYS[buckets + bucket], fields, ids) end
  at, first = at + 2, first + 3 * count
end
return 'noted'
