-- Takes in one letter that may run at once: what `publish` does, for the most frequent case in a fraction of its time.
--
-- KEYS     marks of the bucket of its id, lane, idle
-- ARGV     the letter
-- Returns  'taken', or 'known' when there is a task of its id already
-- Costs    HSETNX and RPUSH; HGET, and HSET for a note on what was no task, where the id is known; SRANDMEMBER where the
--          length of the lane has come to a power of two, and PUBLISH where a worker is parked
local call, sub, letter = redis.call, string.sub, ARGV[1]
local field = sub(letter, 7, 20)
if call('HSETNX', KEYS[1], field, 'Q') == 0 then
  local byte = string.byte
--@include lib/marks.lua
  local mark = call('HGET', KEYS[1], field)
  if state(mark) ~= 'N' then return 'known' end
  call('HSET', KEYS[1], field, turned(mark, 'Q'))
end
-- A length is a power of two where its mantissa is a half: see `rises` in lib/wake.lua.
if math.frexp(call('RPUSH', KEYS[2], letter)) == 0.5 then
--@include lib/wake.lua
  wake(KEYS[3])
end
return 'taken'
