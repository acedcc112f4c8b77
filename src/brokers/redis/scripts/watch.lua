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

-- Who watches from now on, by who did before: those of one task are nearly always those of the next.
local after = { [false] = mode == 'watch' and channel or '' }
local function watching(channels)
  if after[channels] then return after[channels] end
  local all = {}
  for other in string.gmatch(channels, '%S+') do
    if other ~= channel then all[#all + 1] = other end
  end
  if mode == 'watch' then all[#all + 1] = channel end
  after[channels] = table.concat(all, ' ')
  return after[channels]
end

for bucket = 1, buckets do
  local fields, put, drop, count = {}, {}, {}, ARGV[4 + bucket] + 0
  for i = 1, count do fields[i] = ARGV[first + i - 1] end
  for i, channels in ipairs(fetch('HMGET', KEYS[bucket], fields)) do
    local all = watching(channels)
    if all ~= '' then
      put[#put + 1], put[#put + 2] = fields[i], all
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
