-- The names of what there is: queues, paused queues, workers with a lease.
--
-- KEYS     queues, paused, workers
-- Returns  the names of the queues, of the paused ones, and how the workers are listed
-- Costs    SMEMBERS twice, ZRANGE
--@include lib/base.lua
return { named(call('SMEMBERS', KEYS[1])), named(call('SMEMBERS', KEYS[2])), named(call('ZRANGE', KEYS[3], 0, -1)) }
