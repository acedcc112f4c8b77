-- Removes blobs; their chunks are left to be removed.
--
-- KEYS     infos, index, unfinished
-- ARGV     the keys of the blobs
-- Returns  for each blob that there was: '=' and its generation, number of chunks, size, time, type
-- Costs    HGET for each key; HDEL, ZREM, ZADD for each blob
local call = redis.call
local removed = {}
for _, key in ipairs(ARGV) do
  local info = call('HGET', KEYS[1], key)
  if info then
    removed[#removed + 1] = info
    call('HDEL', KEYS[1], key)
    call('ZREM', KEYS[2], key)
    call('ZADD', KEYS[3], 0, string.match(info, '^=(%S+)'))
  end
end
return removed
