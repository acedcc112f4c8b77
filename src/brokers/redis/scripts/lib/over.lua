-- A further step of lib/effects.lua: the end of the task that the effects are those of.
--
-- over marks id mark watchers revoked over kept, 'release' to let go of a kept id
function steps.over()
  local id, field, mark = word(2), sub(word(2), 7), word(3)
  finish(K(1), field, id, #mark == 1 and mark ~= 'F' and turned(get(K(1), field), mark) or mark, K(4))
  add(removed, K(5), id)
  add(removed, K(6), id)
  if word(8) == 'release' and get(K(7), id) then set(K(7), id, false) end
  return 8
end
