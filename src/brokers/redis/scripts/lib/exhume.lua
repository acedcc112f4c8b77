-- Takes dead letters out, each once; calls back with its priority and the letter. Gives how many there were.
local function exhume(dead, ids, first, back)
  local wanted, count = {}, 0
  for i = first, #ids do wanted[ids[i]] = true end
  local from = 0
  repeat
    local entries = call('LRANGE', dead, from, from + 499)
    for _, entry in ipairs(entries) do
      local line = string.find(entry, '\n', 1, true)
      local id = sub(entry, line + 1, line + 20)
      if wanted[id] then
        wanted[id] = nil
        call('LREM', dead, 1, entry)
        count = count + 1
        from = from - 1
        local space = string.find(entry, ' ', 1, true)
        back(id, sub(entry, space + 1, space + 1), sub(entry, line + 1))
      end
    end
    from = from + 500
  until #entries < 500 or not next(wanted)
  return count
end
