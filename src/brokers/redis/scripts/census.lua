-- The names of what there is: queues, paused queues, workers with a lease.
--
-- KEYS     queues, paused, workers
-- Returns  the names of the queues, of the paused ones, and how the workers are listed
-- Costs    SMEMBERS twice, ZRANGE
local call = redis.call
return { call('SMEMBERS', KEYS[1]), call('SMEMBERS', KEYS[2]), call('ZRANGE', KEYS[3], 0, -1) }
