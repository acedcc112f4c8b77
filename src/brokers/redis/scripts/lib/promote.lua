-- Moves what has become due from among the delayed into the lanes, in the order of the times. `zero` is the place of
-- the lane of priority 0; that of priority 9 stands nine places before it. Gives the time of the next one, and whether any was moved.
local function promote(delayed, zero)
  local head, moved = call('ZRANGE', delayed, 0, 0, 'WITHSCORES'), false
  while head[2] and head[2] + 0 <= now() do
    moved = true
    local members, letters = call('ZRANGEBYSCORE', delayed, '-inf', now(), 'LIMIT', 0, 1000), {}
    call('ZREMRANGEBYRANK', delayed, 0, #members - 1)
    for _, member in ipairs(members) do
      local lane = zero - sub(member, 1, 1)
      letters[lane] = letters[lane] or {}
      table.insert(letters[lane], sub(member, 2))
    end
    for lane, list in pairs(letters) do many('RPUSH', KEYS[lane], list) end
    head = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  end
  return head[2] and head[2] + 0, moved
end
