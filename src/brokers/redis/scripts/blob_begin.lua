-- Notes that the chunks of a blob are being written, so that they are found when nobody ends it.
--
-- KEYS     unfinished
-- ARGV     the generation of the chunks
-- Returns  'begun'
-- Costs    TIME, ZADD
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
return 'begun'
