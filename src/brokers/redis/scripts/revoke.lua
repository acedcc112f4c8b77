-- Marks tasks that are not over, so that they will not run.
--
-- KEYS     revoked, the kept ids, the marks of each bucket
-- ARGV     the number of ids of each bucket, 'ids', then the ids
-- Returns  'marked'
-- Costs    HMGET for each bucket, HMGET, SADD
--@include lib/base.lua
--@include lib/marks.lua
local live, buckets = {}, #KEYS - 2
local at = buckets + 1
for bucket = 1, buckets do
  local fields, ids = {}, {}
  for i = 1, ARGV[bucket] + 0 do
    ids[i] = ARGV[at + i]
    fields[i] = sub(ids[i], 7)
  end
  local kept = fetch('HMGET', KEYS[2], ids)
  for i, mark in ipairs(fetch('HMGET', KEYS[2 + bucket], fields)) do
    if is_live(mark) or (not mark and kept[i] == 'Q') then live[#live + 1] = ids[i] end
  end
  at = at + #ids
end
if #live > 0 then many('SADD', KEYS[1], live) end
return 'marked'
