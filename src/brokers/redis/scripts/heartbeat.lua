-- Renews a worker's lease, and looks what the worker should know.
--
-- KEYS     workers, revoked
-- ARGV     how the worker is listed, lease in milliseconds (with '!' behind it where the memory is full), the ids it holds
-- Returns  'renewed', 'ended' (the lease had run out) or 'none' (there was none), the workers whose lease has run out,
--          the places of the ids that were revoked
-- Costs    TIME, ZRANGEBYSCORE, ZADD, and SMISMEMBER where ids are held
--@include lib/base.lua
local worker, lease, ids, marked, status = ARGV[1], ARGV[2], {}, {}, 'renewed'
if sub(lease, -1) == '!' then
  -- Where the memory is full Redis refuses to write, but not in a script that has written already: this changes nothing.
  lease = sub(lease, 1, -2)
  call('ZREM', KEYS[1], '')
end
local ended = call('ZRANGEBYSCORE', KEYS[1], '-inf', now())
for _, other in ipairs(ended) do
  if other == worker then status = 'ended' end
end
if status == 'renewed' and call('ZADD', KEYS[1], 'XX', 'CH', now() + lease, worker) == 0 then
  -- Nothing has changed: it is not listed, or the lease ends at that very millisecond already.
  if not call('ZSCORE', KEYS[1], worker) then status = 'none' end
end
for i = 3, #ARGV do ids[i - 2] = ARGV[i] end
if #ids > 0 then
  for i, is in ipairs(fetch('SMISMEMBER', KEYS[2], ids)) do
    if is == 1 then marked[#marked + 1] = i end
  end
end
return { status, ended, marked }
