-- Ends deliveries in every way, each with its effects, then claims.
--
-- KEYS     whatever the program names by its place, then over and what lib/claim.lua says
-- ARGV     place of over, then as lib/claim.lua says, then the program of lib/effects.lua, with the steps below
-- Returns  as turn.lua does
-- Costs    as act.lua and turn.lua do
--@include lib/base.lua
--@include lib/wake.lua
--@include lib/promote.lua
--@include lib/notify.lua
--@include lib/marks.lua
local base, head = ARGV[1] + 0, 2
--@include lib/claim.lua
--@include lib/effects.lua
--@include lib/over.lua
local lost, outcomes, current = {}, 0, nil
--@include lib/end_turn.lua

-- outcome delivery, number of words to skip when it is lost
function steps.outcome()
  outcomes = outcomes + 1
  current = get(flight, word(1))
  if current then
    set(flight, word(1), false)
    local line = string.find(current, '\n', 1, true)
    current = { priority = sub(current, 1, 1), letter = sub(current, line + 1), origin = sub(current, 1, line) }
    return 2
  end
  lost[#lost + 1] = outcomes
  return 2 + word(2)
end

-- bury dead kept id reason
function steps.bury()
  add(buried, K(1), now() .. ' ' .. current.priority .. word(4) .. '\n' .. current.letter)
  set(K(2), word(3), 'D')
  return 4
end

-- note marks id text watchers
function steps.note()
  local field = sub(word(2), 7)
  if state(get(K(1), field)) ~= 'F' then
    set(K(1), field, 'q' .. word(3))
    add(watched, K(4), { field, word(2) })
  end
  return 4
end

-- again id route due expires text kept, 'keep' when it may wait longer than the marks of its bucket are kept
function steps.again()
  local letter, expires = current.letter, word(4)
  local kind = (byte(letter, 23) - 48) % 8
  if kind % 2 == 1 then
    kind = kind - 1
    if expires == '' then expires = sub(letter, 24, 36) end
  end
  local tail = kind > 0 and sub(letter, string.find(letter, '\n', 1, true) + 1)
  enter(word(1), R(2), word(3), expires, word(5), kind, tail)
  if word(7) == 'keep' then set(K(6), word(1), 'Q') end
  return 7
end

-- back route
function steps.back()
  add(returned, R(1), current.letter)
  return 1
end

-- begun delivery: it stays in the worker's hands, and never runs again
function steps.begun()
  local letter = current.letter
  local kind = byte(letter, 23)
  if floor(kind / 8) % 2 == 0 then letter = sub(letter, 1, 22) .. string.char(kind + 8) .. sub(letter, 24) end
  set(flight, word(1), current.origin .. letter)
  return 1
end

run(prepare(names + queues + 1))
flush()
return end_turn()
