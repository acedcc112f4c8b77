-- Resumes a queue, and wakes a worker for what has gathered.
--
-- KEYS     paused, the idle of the queue
-- ARGV     the name of the queue
-- Returns  'resumed'
-- Costs    SREM, and waking
--@include lib/base.lua
--@include lib/wake.lua
if call('SREM', KEYS[1], ARGV[1]) == 1 then wake(KEYS[2]) end
return 'resumed'
