-- Effects, written down as a program: words and their arguments, each with the places of the keys it needs. What the
-- program has to know is read first, a hash at a time; what it changes is kept in mind and written at the end, a hash,
-- a lane and a set at a time. So a program costs by the number of its keys, not of its steps, and nothing is written
-- before all is known.
--@include lib/deliver.lua
local known, changed, buried = {}, {}, {}
local closing, watched, added, removed, expiring = {}, {}, {}, {}, {}
local duplicates, letters, created = {}, 0, 0

local function get(key, field) return known[key] and known[key][field] end

-- What is known of a hash, and which of its fields are to be written.
local function written(key)
  local values, fields = known[key] or {}, changed[key] or {}
  known[key], changed[key] = values, fields
  return values, fields
end

local function set(key, field, value)
  local values, fields = written(key)
  values[field], fields[field] = value, true
end

local routes, columns = {}, {}

-- Remembers the id of a letter that waits from now on, or is held; false when it is known already.
local function admit(marks, kept, id, to)
  local field = sub(id, 7)
  local mark = get(marks, field)
  if (mark and state(mark) ~= 'N') or get(kept, id) then return false end
  set(marks, field, turned(mark, to))
  return true
end

-- Writes that a task is over, unless it is; tells those who watch.
local function finish(marks, field, id, value, watch)
  if state(get(marks, field)) ~= 'F' then set(marks, field, value) end
  add(watched, watch, { field, id })
end

local function send(held, id, marks, route, kind, tail)
  local field = sub(id, 7)
  local letter = get(held, field)
  if not letter then return end
  set(held, field, false)
  local mark = get(marks, field)
  if state(mark) ~= 'F' then set(marks, field, turned(mark, 'Q')) end
  enter_held(id, route, letter, kind, tail)
end

-- The steps: each takes its arguments and gives how many there were; K is a key, R a route.
local steps = {}
local at

local function word(n) return ARGV[at + n] end
local function K(n) return KEYS[ARGV[at + n] + 0] end
local function R(n) return routes[ARGV[at + n] + 0] end

-- letter marks kept id route due expires text, 'keep' when it may wait longer than the marks of its bucket are kept
function steps.letter()
  letters = letters + 1
  if admit(K(1), K(2), word(3), 'Q') then
    created = created + 1
    enter(word(3), R(4), word(5), word(6), word(7), 0)
    if word(8) == 'keep' then set(K(2), word(3), 'Q') end
  else
    duplicates[#duplicates + 1] = letters
  end
  return 8
end

-- hold, the number of a column of letters
function steps.hold()
  local column = columns[word(1) + 0]
  local marks, new_marks = written(column.marks)
  local held, new_held = written(column.held)
  for i = column.first, column.last, 2 do
    local id = ARGV[i]
    local field = sub(id, 7)
    -- Nearly all are new.
    if not marks[field] and not get(column.kept, id) then
      marks[field], new_marks[field] = 'H', true
      held[field], new_held[field] = ARGV[i + 1], true
    elseif admit(column.marks, column.kept, id, 'H') then
      set(column.held, field, ARGV[i + 1])
    end
  end
  return 1
end

-- rehold marks kept id held letter
function steps.rehold()
  local id = word(3)
  local field = sub(id, 7)
  local mark = get(K(1), field)
  if string.find('QFBD', state(mark), 1, true) and mark or get(K(2), id) then return 5 end
  set(K(1), field, turned(mark, 'H'))
  set(K(4), field, word(5))
  return 5
end

-- gate gate size
function steps.gate()
  local gate = K(1)
  if not get(gate, 'open') then set(gate, 'size', (get(gate, 'size') or 0) + word(2)) end
  return 2
end

-- grow gate size: one that is there
function steps.grow()
  local size = get(K(1), 'size')
  if size and not get(K(1), 'open') then set(K(1), 'size', size + word(2)) end
  return 2
end

-- send held id marks route, 2 with an input and 0 without, input
function steps.send()
  send(K(1), word(2), K(3), R(4), word(5) + 0, word(6))
  return 6
end

-- arrive gate, id of the gate, index value, held id marks route
function steps.arrive()
  local gate, size = K(1), get(K(1), 'size')
  if not size or get(gate, 'open') or get(gate, word(3)) then return 8 end
  local came = (get(gate, 'came') or 0) + 1
  set(gate, word(3), '=' .. word(4))
  set(gate, 'came', came)
  if came >= size + 0 then
    set(gate, 'open', 1)
    send(K(5), word(6), K(7), R(8), 4, word(2))
  end
  return 8
end

-- finish marks field id mark watchers over
function steps.finish()
  if is_live(get(K(1), word(2))) then add(added, K(6), word(3)) end
  finish(K(1), word(2), word(3), word(4), K(5))
  return 6
end

-- drop held id marks revoked over
function steps.drop()
  local field = sub(word(2), 7)
  if get(K(1), field) then
    local mark = get(K(3), field)
    set(K(1), field, false)
    -- A note on it becomes one on what is no task.
    if state(mark) == 'H' then set(K(3), field, byte(mark) ~= 72 and 'N' .. sub(mark, 2)) end
    add(removed, K(4), word(2))
    add(removed, K(5), word(2))
  end
  return 5
end

-- enlist queues name: a queue that has to be registered
function steps.enlist()
  add(added, K(1), word(2))
  return 2
end

-- close gate
function steps.close()
  closing[#closing + 1] = K(1)
  known[K(1)], changed[K(1)] = {}, nil
  return 1
end

-- expire marks milliseconds
function steps.expire()
  expiring[K(1)] = word(2)
  return 2
end

-- Writes down all that has changed. What is seldom there, the marks of revocation and those who watch, costs one look.
local function flush()
  local seldom = {}
  for _, keys in ipairs({ removed, watched }) do
    for key in pairs(keys) do seldom[#seldom + 1] = key end
  end
  local odd = next(added) or #seldom > 0 and call('EXISTS', unpack(seldom)) > 0
  if #closing > 0 then call('UNLINK', unpack(closing)) end
  -- What is taken away comes first: where the memory is full Redis refuses a script to write that has not written yet.
  local puts = {}
  for key, fields in pairs(changed) do
    local put, drop = {}, {}
    for field in pairs(fields) do
      local value = known[key][field]
      if value then
        put[#put + 1], put[#put + 2] = field, value
      else
        drop[#drop + 1] = field
      end
    end
    if #drop > 0 then many('HDEL', key, drop) end
    if #put > 0 then puts[key] = put end
  end
  for key, put in pairs(puts) do many('HSET', key, put) end
  for key, ttl in pairs(expiring) do call('PEXPIRE', key, ttl) end
  for key, entries in pairs(buried) do many('LPUSH', key, entries) end
  if not odd then return end
  for key, ids in pairs(added) do many('SADD', key, ids) end
  for key, ids in pairs(removed) do many('SREM', key, ids) end
  for key, list in pairs(watched) do
    local fields, ids = {}, {}
    for i, entry in ipairs(list) do fields[i], ids[i] = entry[1], entry[2] end
    notify(key, fields, ids)
  end
end

-- Reads what the program has to know, its columns and its routes; gives where the steps begin.
local function prepare(from)
  local reads = {}
  local function read(key, field)
    local fields = reads[key]
    if fields then fields[#fields + 1] = field else reads[key] = { field } end
  end
  at = from + 1
  for _ = 1, ARGV[from] do
    local last = at + 1 + ARGV[at + 1]
    for i = at + 2, last do read(K(0), ARGV[i]) end
    at = last + 1
  end
  -- A column of letters to hold: places of marks, of kept ids and of held letters, how many, and of each its id and its text.
  at = at + 1
  for i = 1, ARGV[at - 1] do
    local column = { marks = K(0), kept = K(1), held = K(2), first = at + 4, last = at + 3 + 2 * word(3) }
    columns[i] = column
    for id = column.first, column.last, 2 do read(column.marks, sub(ARGV[id], 7)) end
    at = column.last + 1
  end
  for key, fields in pairs(reads) do
    local values = {}
    for i, value in ipairs(fetch('HMGET', key, fields)) do values[fields[i]] = value end
    known[key] = values
  end
  local count = ARGV[at] + 0
  for i = 1, count do
    routes[i] = { priority = word(1), lane = K(2), delayed = K(3), idle = K(4) }
    at = at + 4
  end
  return at + 1
end

-- Runs the steps from `from` on, up to the word 'end' or a refusal.
local function run(from)
  at = from
  while ARGV[at] and ARGV[at] ~= 'end' do
    local step = ARGV[at]
    -- A publish of which nothing is new is one that was sent twice: nothing else of it takes effect either.
    if step == 'rest' then
      if letters > 0 and created == 0 then return end
      at = at + 1
    else
      at = at + 1 + steps[step]()
    end
  end
end
