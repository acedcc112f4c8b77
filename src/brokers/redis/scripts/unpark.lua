-- Takes a worker out of the queues where it is parked.
--
-- KEYS     the idle of each queue
-- ARGV     channel of the worker
-- Returns  'gone'
-- Costs    SREM for each queue
for _, idle in ipairs(KEYS) do redis.call('SREM', idle, ARGV[1]) end
return 'gone'
