-- Pauses a queue.
--
-- KEYS     paused, queues
-- ARGV     the name of the queue
-- Returns  'paused'
-- Costs    SADD twice
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
return 'paused'
