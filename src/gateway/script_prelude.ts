/**
 * The Lua that is put before a script so that the gateway knows what the script called, and can refuse what Upstash
 * would.
 *
 * @module
 */

/** The first element of every reply of a wrapped script begins with this; what follows are the counted commands. */
export const SCRIPT_MARK = "\u0001umbel\u0001";

/** What Upstash says of a key that a script under `allow-key-locking` touches without having declared it. */
export const DYNAMIC_KEY_ERROR =
  "ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: ";

/** What Upstash says when a key would outgrow the plan's limit for a record. */
export const RECORD_SIZE_ERROR = "ERR max single record size exceeded";

/** The commands that reach for the whole database. */
const WIDE_COMMANDS = "FLUSHDB FLUSHALL SWAPDB KEYS SCAN RANDOMKEY";

/** The commands that can make a key grow, as Redis marks them (`denyoom`), without the variants that make none. */
const GROWING_COMMANDS = "APPEND BITFIELD BITOP COPY DECR DECRBY GEOADD GEORADIUS GEOSEARCHSTORE GETSET HINCRBY " +
  "HINCRBYFLOAT HMSET HSET HSETNX INCR INCRBY INCRBYFLOAT LINSERT LMOVE LPUSH LPUSHX LSET MSET MSETNX PFADD PFMERGE " +
  "PSETEX RESTORE RPOPLPUSH RPUSH RPUSHX SADD SDIFFSTORE SET SETBIT SETEX SETNX SETRANGE SINTERSTORE SORT " +
  "SUNIONSTORE XADD ZADD ZDIFFSTORE ZINCRBY ZINTERSTORE ZRANGESTORE ZUNIONSTORE";

/**
 * Shadows `redis` with a table whose `call` and `pcall` count and check, and defines `__umbel(locked, keys, body,
 * name, line, …)`, which runs a body and answers `{ mark and counts, its result }`: also when the body fails, for what
 * a failed script called is billed too. The text of an error is put together as Redis would have done; where the
 * failing call was the last thing of a function (`return redis.call(…)`), Lua has forgotten its line, and `line`
 * stands for it.
 *
 * `redis` is looked up when it is used: while a library of functions is loaded it is another table than when a function
 * runs, and next to nothing else is there, not even `type`: what runs at that time keeps to plain syntax.
 */
const SOURCE = `
local redis, __umbel = (function()
  local function real() return redis end
  local counts, declared, linked
  local limit = LIMIT
  local shadow = {}
  local function place(level)
    local _, text = pcall(error, "", level + 2)
    return string.match(tostring(text), "^(user_%w+:%d+)")
  end
  local function oversized(keys, ...)
    local size = 0
    for _, arg in ipairs({ ... }) do size = size + #tostring(arg) end
    for _, key in ipairs(keys) do
      local used = real().pcall("MEMORY", "USAGE", key)
      if type(used) ~= "number" then used = 0 end
      if used + size > limit then return true end
    end
  end
  local function refusal(...)
    local name = string.upper(tostring((...)))
    if declared and string.find(" ${WIDE_COMMANDS} ", " " .. name .. " ", 1, true) then
      return "ERR '" .. string.lower(name) .. "' is not allowed in Lua scripts when 'allow-key-locking' flag is set"
    end
    local grows = limit > 0 and string.find(" ${GROWING_COMMANDS} ", " " .. name .. " ", 1, true)
    if not declared and not grows then return nil end
    local keys = real().pcall("COMMAND", "GETKEYS", ...)
    if keys.err then return nil end
    for _, key in ipairs(declared and keys or {}) do
      if not declared[key] then return "${DYNAMIC_KEY_ERROR}" .. key end
    end
    if grows and oversized(keys, ...) then return "${RECORD_SIZE_ERROR}" end
  end
  local function invoke(...)
    if select("#", ...) > 0 then
      local name = tostring((...))
      counts[name] = (counts[name] or 0) + 1
      if declared or limit > 0 then
        local refused = refusal(...)
        if refused then return { err = refused } end
      end
    end
    return real().pcall(...)
  end
  local function call(...)
    local reply = invoke(...)
    if type(reply) == "table" and reply.err then error({ err = reply.err, place = place(2) or "" }) end
    return reply
  end
  local function run(locked, keys, body, name, line, ...)
    if not linked then
      linked = setmetatable(shadow, { __index = function(_, key) return real()[key] end })
    end
    counts, declared = {}, nil
    if locked then
      declared = {}
      for _, key in ipairs(keys) do declared[key] = true end
    end
    local function explain(value)
      local raised = type(value) == "table" and value.err
      local text = raised and tostring(value.err) or "ERR " .. tostring(value)
      local where = raised and (value.place or place(3)) or string.match(tostring(value), "^(user_%w+:%d+)") or place(3)
      if where == "" then where = line end
      return { err = text .. " script: " .. name .. (where and ", on @" .. where .. "." or "") }
    end
    local given = { ... }
    local _, value = xpcall(function() return body(unpack(given)) end, explain)
    local spent = {}
    for name, count in pairs(counts) do
      spent[#spent + 1] = string.gsub(string.upper(tostring(name)), "[^%w%._|-]", "?") .. " " .. count
    end
    if value == nil then value = false end
    return { "${SCRIPT_MARK}" .. table.concat(spent, " "), value }
  end
  local function register(first, second)
    local given = second and { function_name = first, callback = second } or first
    local function_name, body = given.function_name, given.callback
    local flags, locked = {}, false
    if given.flags then
      for i = 1, #given.flags do
        if given.flags[i] == "allow-key-locking" then locked = true else flags[#flags + 1] = given.flags[i] end
      end
      given.flags = flags
    end
    if body then
      given.callback = function(keys, args) return run(locked, keys, body, function_name, nil, keys, args) end
    end
    return real().register_function(given)
  end
  shadow.call, shadow.pcall, shadow.register_function, shadow.log = call, invoke, register, real().log
  shadow.LOG_DEBUG, shadow.LOG_VERBOSE, shadow.LOG_NOTICE, shadow.LOG_WARNING = 0, 1, 2, 3
  return shadow, run
end)()
`;

/**
 * The prelude on one line, so that the lines of a script keep their numbers in its errors; 0 bytes stand for any
 * number.
 */
export function preludeOf(maxRecordBytes: number): string {
  return SOURCE.trim().replace(/\s*\n\s*/g, " ").replace("LIMIT", String(maxRecordBytes));
}
