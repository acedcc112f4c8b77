-- Tells those who watch that ids have changed: one message for each channel. Nearly always the same ones watch many ids.
local function notify(watchers, fields, ids)
  local told, messages = {}, {}
  for i, channels in ipairs(fetch('HMGET', watchers, fields)) do
    if channels then
      local list = told[channels]
      if list then list[#list + 1] = ids[i] else told[channels] = { ids[i] } end
    end
  end
  for channels, list in pairs(told) do
    local message = table.concat(list, ' ')
    for channel in string.gmatch(channels, '%S+') do
      messages[channel] = messages[channel] and messages[channel] .. ' ' .. message or message
    end
  end
  for channel, message in pairs(messages) do call('PUBLISH', channel, message) end
end
