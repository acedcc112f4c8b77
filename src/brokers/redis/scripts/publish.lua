-- Takes in letters that may run at once: remembers their ids, puts them into their lanes, wakes a worker.
--
-- KEYS     whatever the groups name by its place
-- ARGV     how many letters a lane may hold ('' for any number), place of the kept ids, place of the queues' names,
--          then for each bucket of ids: place of its marks, whether it is 'aged', number of its groups,
--            and for each group: place of the lane, place of the idle, name of the queue unless it is known to be
--            registered, number of letters, the letters
-- Returns  'taken' when all are new and nothing else is to tell, else
--          'taken', the names of the queues that were registered, the places of the duplicates
--          or 'full', the place of the lane
-- Costs    for one letter HSETNX and RPUSH; for a bucket of many HMGET, HSET and RPUSH; SRANDMEMBER where the lane was
--          empty, and PUBLISH where a worker is parked
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/marks.lua
local limit, kept, queues = ARGV[1], ARGV[2], ARGV[3]
local registered, duplicates, place = {}, {}, 0

local buckets, at = {}, 4
while ARGV[at] do
  local groups, marks, aged = {}, KEYS[ARGV[at] + 0], ARGV[at + 1] == 'aged'
  local count = ARGV[at + 2] + 0
  at = at + 3
  for i = 1, count do
    local first, letters = at + 4, ARGV[at + 3] + 0
    groups[i] = { lane = ARGV[at] + 0, idle = ARGV[at + 1] + 0, queue = ARGV[at + 2], first = first, last = first + letters - 1 }
    at = first + letters
  end
  buckets[#buckets + 1] = { marks = marks, aged = aged, groups = groups }
end

if limit ~= '' then
  local coming = {}
  for _, bucket in ipairs(buckets) do
    for _, group in ipairs(bucket.groups) do
      local lane = group.lane
      coming[lane] = (coming[lane] or call('LLEN', KEYS[lane])) + group.last - group.first + 1
      if coming[lane] > limit + 0 then return { 'full', lane } end
    end
  end
end

-- Which letters are new, each id once; a note on an id that was no task becomes one on a task.
local function choose(bucket, fields, known, old)
  local new, seen, marks = {}, {}, {}
  for i, field in ipairs(fields) do
    local mark = known[i]
    new[i] = not seen[field] and not old[i] and (not mark or state(mark) == 'N')
    if new[i] then
      marks[#marks + 1] = field
      marks[#marks + 1] = turned(mark, 'Q')
    end
    seen[field] = true
  end
  if #marks > 0 then many('HSET', bucket.marks, marks) end
  return new
end

-- Remembers the ids of a bucket; tells which are new, or nothing when all are.
local function admit(bucket)
  local fields, ids, n = {}, {}, 0
  for _, group in ipairs(bucket.groups) do
    for i = group.first, group.last do
      n = n + 1
      fields[n] = sub(ARGV[i], 7, 20)
      if bucket.aged then ids[n] = sub(ARGV[i], 1, 20) end
    end
  end
  if n == 1 and not bucket.aged and call('HSETNX', bucket.marks, fields[1], 'Q') == 1 then return nil end
  local known, old = fetch('HMGET', bucket.marks, fields), {}
  if bucket.aged then old = fetch('HMGET', KEYS[kept + 0], ids) end
  local marks = {}
  for i = 1, n do
    if known[i] or old[i] then return choose(bucket, fields, known, old) end
    marks[2 * i - 1], marks[2 * i] = fields[i], 'Q'
  end
  local _, added = many('HSET', bucket.marks, marks)
  -- Fewer than there are: an id stands twice in the batch itself.
  if added < n then return choose(bucket, fields, known, old) end
end

local function push(group, letters, first, last)
  local count = last - first + 1
  if count == 0 then return end
  local length = many('RPUSH', KEYS[group.lane], letters, first, last)
  if rises(length, count) then
    wake(KEYS[group.idle])
  elseif group.queue ~= '' then
    -- Only where this costs no more than waking would: who serves a queue registers it too.
    call('SADD', KEYS[queues + 0], group.queue)
    registered[#registered + 1] = group.queue
  end
end

for _, bucket in ipairs(buckets) do
  local new, n = admit(bucket), 0
  for _, group in ipairs(bucket.groups) do
    local chosen = {}
    for i = group.first, group.last do
      n = n + 1
      if new and new[n] then chosen[#chosen + 1] = ARGV[i] end
      if new and not new[n] then duplicates[#duplicates + 1] = place + n end
    end
    if new then push(group, chosen, 1, #chosen) else push(group, ARGV, group.first, group.last) end
  end
  place = place + n
end
if #registered + #duplicates == 0 then return 'taken' end
return { 'taken', named(registered), duplicates }
