-- The first letters of a queue, ready ones in the order of serving, then delayed ones by time.
--
-- KEYS     the ten lanes of the queue, its delayed
-- ARGV     how many
-- Returns  by turns a priority and letters, for the delayed 'delayed' and by turns a time and a letter with its priority
-- Costs    ZRANGE, LRANGE for each lane, ZRANGE
--@include lib/base.lua
--@include lib/promote.lua
local room, answer = ARGV[1] + 0, {}
promote(KEYS[11], 10)

for lane = 1, 10 do
  if room > 0 then
    local letters = call('LRANGE', KEYS[lane], 0, room - 1)
    room = room - #letters
    answer[#answer + 1], answer[#answer + 2] = 10 - lane, letters
  end
end
if room > 0 then
  local members = call('ZRANGE', KEYS[11], 0, room - 1, 'WITHSCORES')
  answer[#answer + 1], answer[#answer + 2] = 'delayed', members
end
return answer
