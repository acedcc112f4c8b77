-- All that is known of a gate.
--
-- KEYS     the gate
-- Returns  its fields and their values by turns: an index and '=' with what arrived, or 'size', 'came', 'open'
-- Costs    HGETALL
return redis.call('HGETALL', KEYS[1])
