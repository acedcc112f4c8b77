-- Finds dead letters, each once: of each what is written of it, its id, its priority and the letter.
local function find_dead(dead, ids, first)
  local wanted, found, from = {}, {}, 0
  for i = first, #ids do wanted[ids[i]] = true end
  repeat
    local entries = call('LRANGE', dead, from, from + 499)
    for _, entry in ipairs(entries) do
      local line = string.find(entry, '\n', 1, true)
      local id = sub(entry, line + 1, line + 20)
      if wanted[id] then
        wanted[id] = nil
        local space = string.find(entry, ' ', 1, true)
        found[#found + 1] = { entry = entry, id = id, priority = sub(entry, space + 1, space + 1), letter = sub(entry, line + 1) }
      end
    end
    from = from + 500
  until #entries < 500 or not next(wanted)
  return found
end

-- Takes dead letters that were found out.
local function exhume(dead, found)
  for _, one in ipairs(found) do call('LREM', dead, 1, one.entry) end
end
