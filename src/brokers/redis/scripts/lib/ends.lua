-- The end of tasks that are plainly done. KEYS: the marks of each bucket of ids, the watchers of each bucket, over, then as
-- lib/claim.lua says. ARGV behind what that says: of each bucket the number of its outcomes and milliseconds until its
-- results are forgotten ('' to leave that as it is); of each outcome the delivery; of each the mark; place of the kept
-- ids when some are old, or else ''. What stands behind that is at `rest`.
local lost = {}
local at = names + queues
local outcomes, counts, ttls = 0, {}, {}
for bucket = 1, buckets do
  counts[bucket], ttls[bucket] = ARGV[at + 1] + 0, ARGV[at + 2]
  outcomes, at = outcomes + counts[bucket], at + 2
end
local marks, rest = at + outcomes, at + 2 * outcomes + 1
local kept = ARGV[rest]
-- What is to be written beside the ends of tasks, by the marks' key: fields and values by turns.
local beside = {}

-- Which deliveries are still the worker's: they end now.
local function release()
  if outcomes == 1 then return { call('HDEL', flight, ARGV[at + 1]) == 1 } end
  local fields = {}
  for i = 1, outcomes do fields[i] = ARGV[at + i] end
  local held = fetch('HMGET', flight, fields)
  many('HDEL', flight, fields)
  return held
end

-- Results that are there already, and marks of revocation.
local function settle_odd(held, ids)
  local mine = {}
  for i, is in ipairs(fetch('SMISMEMBER', KEYS[base], ids)) do
    if held[i] then held[i], mine[#mine + 1] = is == 1 and 'over' or 'done', ids[i] end
  end
  if #mine == 0 then return end
  many('SREM', KEYS[base], mine)
  many('SREM', KEYS[revoked], mine)
end

-- What is out of the ordinary, and those who watch: only where such things are at all.
local function odd_end(held)
  local ids, place = {}, 0
  for i = 1, outcomes do ids[i] = sub(ARGV[at + i], 1, 20) end
  if call('EXISTS', KEYS[base], KEYS[revoked]) > 0 then settle_odd(held, ids) end
  for bucket = 1, buckets do
    local fields, names = {}, {}
    for i = 1, counts[bucket] do fields[i], names[i] = sub(ids[place + i], 7), ids[place + i] end
    notify(KEYS[buckets + bucket], fields, names)
    place = place + counts[bucket]
  end
end

-- What ended without a result keeps its note.
local function keep_notes(key, values, fields)
  for i, mark in ipairs(fetch('HMGET', key, fields)) do
    local at = fields[fields[i]]
    if mark then values[at] = turned(mark, 'E') end
  end
end

local function remember(held)
  local place, old = 0, {}
  for bucket = 1, buckets do
    local values, bare = beside[KEYS[bucket]] or {}, {}
    beside[KEYS[bucket]] = nil
    for i = place + 1, place + counts[bucket] do
      if not held[i] then
        lost[#lost + 1] = i
      elseif held[i] ~= 'over' then
        local field = sub(ARGV[at + i], 7, 20)
        values[#values + 1], values[#values + 2] = field, ARGV[marks + i]
        if ARGV[marks + i] == 'E' then
          bare[#bare + 1], bare[field] = field, #values
        end
        if kept ~= '' then old[#old + 1] = sub(ARGV[at + i], 1, 20) end
      end
    end
    if #bare > 0 then keep_notes(KEYS[bucket], values, bare) end
    if #values > 0 then many('HSET', KEYS[bucket], values) end
    if ttls[bucket] ~= '' then call('PEXPIRE', KEYS[bucket], ttls[bucket]) end
    place = place + counts[bucket]
  end
  for key, values in pairs(beside) do many('HSET', key, values) end
  if #old > 0 then many('HDEL', KEYS[kept + 0], old) end
end
