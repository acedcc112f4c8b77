-- Wakes one worker of those parked in a queue. A channel that nobody hears is that of a worker that is gone.
local function wake(idle)
  local channel = call('SRANDMEMBER', idle)
  while channel do
    if call('PUBLISH', channel, 'wake') > 0 then return end
    call('SREM', idle, channel)
    channel = call('SRANDMEMBER', idle)
  end
end

-- Whether a list that has grown by a count should wake a worker: when it was empty, and whenever its length passes a
-- power of two, so that a worker that was woken and does not come is made up for.
local function rises(length, count)
  local _, after = math.frexp(length)
  local _, before = math.frexp(length - count)
  return after > before
end
