-- Tells those who watch that ids have changed: one message for each channel.
local function notify(watchers, fields, ids)
  local messages = {}
  for i, channels in ipairs(fetch('HMGET', watchers, fields)) do
    for channel in string.gmatch(channels or '', '%S+') do
      messages[channel] = (messages[channel] and messages[channel] .. ' ' or '') .. ids[i]
    end
  end
  for channel, message in pairs(messages) do call('PUBLISH', channel, message) end
end
