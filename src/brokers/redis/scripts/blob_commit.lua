-- Makes written chunks the blob of a key, in place of those before, which are left to be removed.
--
-- KEYS     infos, index, unfinished
-- ARGV     the key, the generation of the chunks, their number, the size, the media type
-- Returns  '=' and what was known of the blob before: generation, number of chunks, size, time, type;
--          'gone' where the chunks were taken for those of a dead process, and removed
-- Costs    TIME, HGET, HSET, ZADD once or twice, ZREM
local call = redis.call
local time = call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local key, generation = ARGV[1], ARGV[2]
local info = '=' .. generation .. ' ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. now .. ' ' .. ARGV[5]
local before = call('HGET', KEYS[1], key) or '='
local old = string.match(before, '^=(%S+)')
if call('ZREM', KEYS[3], generation) == 0 and old ~= generation then return 'gone' end
call('HSET', KEYS[1], key, info)
call('ZADD', KEYS[2], 0, key)
if old and old ~= generation then call('ZADD', KEYS[3], 0, old) end
return before
