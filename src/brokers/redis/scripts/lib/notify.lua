-- Tells those who watch that ids have changed: one message for each channel. What is watched is an id, or a span of ids, the
-- beginning of their fields. Nearly always the same ones watch many ids.
local function notify(watchers, fields, ids)
  local names, spans, places, told, messages = {}, {}, {}, {}, {}
  for i, field in ipairs(fields) do names[i], spans[i] = field, sub(field, 1, 2) end
  for _, span in ipairs(spans) do
    if not places[span] then
      places[span] = #names + 1
      names[#names + 1] = span
    end
  end
  local function tell(channels, id)
    local list = told[channels]
    if list then list[#list + 1] = id else told[channels] = { id } end
  end
  local found = fetch('HMGET', watchers, names)
  for i, id in ipairs(ids) do
    local near, wide = found[i], found[places[spans[i]]]
    if near then tell(near, id) end
    if wide and wide ~= near then tell(wide, id) end
  end
  for channels, list in pairs(told) do
    local message = table.concat(list, ' ')
    for channel in string.gmatch(channels, '%S+') do
      messages[channel] = messages[channel] and messages[channel] .. ' ' .. message or message
    end
  end
  for channel, message in pairs(messages) do call('PUBLISH', channel, message) end
end
