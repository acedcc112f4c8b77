-- Enters a channel among the watchers of ids, or takes it out.
--
-- KEYS     the watchers of each bucket
-- ARGV     'watch' or 'leave', the channel, milliseconds until the watchers are forgotten unless they come back, number
--          of buckets, the number of ids of each, the fields
-- Returns  'done'
-- Costs    HMGET, HSET or HDEL, and PEXPIRE for each bucket
--@include lib/base.lua
local mode, channel, buckets = ARGV[1], ARGV[2], ARGV[4] + 0
local first = 5 + buckets
for bucket = 1, buckets do
  local fields, put, drop, count = {}, {}, {}, ARGV[4 + bucket] + 0
  for i = 1, count do fields[i] = ARGV[first + i - 1] end
  for i, channels in ipairs(fetch('HMGET', KEYS[bucket], fields)) do
    local others = {}
    for other in string.gmatch(channels or '', '%S+') do
      if other ~= channel then others[#others + 1] = other end
    end
    if mode == 'watch' then others[#others + 1] = channel end
    if #others > 0 then
      put[#put + 1], put[#put + 2] = fields[i], table.concat(others, ' ')
    else
      drop[#drop + 1] = fields[i]
    end
  end
  if #put > 0 then many('HSET', KEYS[bucket], put) end
  if #drop > 0 then many('HDEL', KEYS[bucket], drop) end
  if mode == 'watch' then call('PEXPIRE', KEYS[bucket], ARGV[3]) end
  first = first + count
end
return 'done'
