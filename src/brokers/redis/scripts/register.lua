-- Registers queues, so that they are listed.
--
-- KEYS     queues
-- ARGV     the names of the queues
-- Returns  'registered'
-- Costs    SADD
redis.call('SADD', KEYS[1], unpack(ARGV))
return 'registered'
