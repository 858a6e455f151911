-- Sends the requests of a file in turn, each line one request: "METHOD PATH|Header: value|Header: value|body or nothing".
-- Every thread takes its share, so that no line comes again before all others have been sent.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  local path, share = args[1], tonumber(args[2])
  requests, at = {}, 0
  local line_number = 0
  for line in io.lines(path) do
    if line_number % share == number then
      local parts = {}
      for part in (line .. "|"):gmatch("(.-)|") do parts[#parts + 1] = part end
      local method, target = parts[1]:match("(%S+) (%S+)")
      local headers = {}
      for index = 2, #parts - 1 do
        local name, value = parts[index]:match("(.-): (.*)")
        headers[name] = value
      end
      local body = parts[#parts]
      requests[#requests + 1] = wrk.format(method, target, headers, body ~= "" and body or nil)
    end
    line_number = line_number + 1
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
