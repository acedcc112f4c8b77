-- Forgets results and notes; a task that waits or runs is not touched, and a dead letter's id stays known.
--
-- KEYS     the kept ids, the marks of each bucket, the watchers of each bucket
-- ARGV     number of buckets, the number of ids of each, then of each its field and its id
-- Returns  'forgotten'
-- Costs    HMGET, HDEL for each bucket, HMGET, EXISTS
--@include lib/base.lua
--@include lib/notify.lua
--@include lib/marks.lua
local buckets = ARGV[1] + 0
local first = 2 + buckets
local watched = call('EXISTS', unpack(KEYS, buckets + 2, 2 * buckets + 1)) > 0
for bucket = 1, buckets do
  local fields, ids, gone, count = {}, {}, {}, ARGV[1 + bucket] + 0
  for i = 1, count do fields[i], ids[i] = ARGV[first + 2 * i - 2], ARGV[first + 2 * i - 1] end
  local kept = fetch('HMGET', KEYS[1], ids)
  for i, mark in ipairs(fetch('HMGET', KEYS[1 + bucket], fields)) do
    if mark and kept[i] == 'D' then
      call('HSET', KEYS[1 + bucket], fields[i], 'D')
    elseif mark and not is_live(mark) then
      gone[#gone + 1] = fields[i]
    end
  end
  if #gone > 0 then many('HDEL', KEYS[1 + bucket], gone) end
  if watched then notify(KEYS[1 + buckets + bucket], fields, ids) end
  first = first + 2 * count
end
return 'forgotten'
