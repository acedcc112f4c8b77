-- The deliveries in a worker's hands.
--
-- KEYS     flight of the worker
-- Returns  their fields: id and count
-- Costs    HKEYS
return redis.call('HKEYS', KEYS[1])
