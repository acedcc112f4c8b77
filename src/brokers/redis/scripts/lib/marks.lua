-- What is known of an id: its state, in lower case when a note stands behind it. Q waits or runs, H is held, E has ended
-- without a result, B was buried without one, F is over, with its result behind it, D is dead and its result forgotten;
-- N is a note on what is no task.
local function state(mark) return mark and string.upper(sub(mark, 1, 1)) or '' end

-- A mark of another state that keeps its note.
local function turned(mark, to)
  local first = mark and byte(mark) or 0
  return (first > 96 or first == 78) and string.lower(to) .. sub(mark, 2) or to
end

local function is_live(mark)
  local is = state(mark)
  return is == 'Q' or is == 'H'
end
