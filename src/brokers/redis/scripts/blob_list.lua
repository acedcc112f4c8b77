-- Lists blobs in the order of their keys, and chunks that nobody will end.
--
-- KEYS     index, infos, unfinished
-- ARGV     the first key as ZRANGEBYLEX takes it, the last one, how many, how old in milliseconds an unfinished blob is
-- Returns  the keys, each behind '='; what is known of them; generations of unfinished chunks, each behind '='
-- Costs    TIME, ZRANGEBYLEX, HMGET, ZRANGEBYSCORE
--@include lib/base.lua
local keys = call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local infos = #keys > 0 and fetch('HMGET', KEYS[2], keys) or {}
for i = 1, #keys do infos[i] = infos[i] or '=' end
local stale = call('ZRANGEBYSCORE', KEYS[3], '-inf', now() - ARGV[4], 'LIMIT', 0, 100)
return { named(keys), infos, named(stale) }
