-- Dead letters, the newest first.
--
-- KEYS     the dead of the queue
-- ARGV     how many
-- Returns  of each when it was buried, its priority and the reason, a line end, and the letter
-- Costs    LRANGE
return redis.call('LRANGE', KEYS[1], 0, ARGV[1] - 1)
