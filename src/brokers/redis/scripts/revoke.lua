-- Marks tasks that are not over, so that they will not run. A letter may be about though a result was written from
-- outside; it is marked too.
--
-- KEYS     revoked, the kept ids, over, the marks of each bucket
-- ARGV     the number of ids of each bucket, 'ids', then the ids
-- Returns  'marked'
-- Costs    HMGET twice and SMISMEMBER for each bucket, SADD
--@include lib/base.lua
--@include lib/marks.lua
local live, buckets = {}, #KEYS - 3
local at = buckets + 1
for bucket = 1, buckets do
  local fields, ids = {}, {}
  for i = 1, ARGV[bucket] + 0 do
    ids[i] = ARGV[at + i]
    fields[i] = sub(ids[i], 7)
  end
  local kept, over = fetch('HMGET', KEYS[2], ids), fetch('SMISMEMBER', KEYS[3], ids)
  for i, mark in ipairs(fetch('HMGET', KEYS[3 + bucket], fields)) do
    if is_live(mark) or over[i] == 1 or (not mark and kept[i] == 'Q') then live[#live + 1] = ids[i] end
  end
  at = at + #ids
end
if #live > 0 then many('SADD', KEYS[1], live) end
return 'marked'
