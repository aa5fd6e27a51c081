// What is done in Redis in one step, as Lua. Strings in TypeScript, so that they are part of the program and
// no file has to be found at run time. JSON is opaque to them: Lua's own reading of it would change numbers
// and empty arrays. Keys and fields are named in room-keys.ts.
//
// Redis 7: scripts are replicated by their effects, so that they may look at the time before they write.
import { createHash } from 'node:crypto';

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

const script = (lua: string): Script => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
});

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * A write that Redis comes to when its caller no longer waits is not done: the caller was told so. ARGV[1]:
 * up to when, in milliseconds of Redis' own clock.
 */
const IN_TIME = `${NOW}
if now > tonumber(ARGV[1]) then return {'late', now} end
`;

/** KEYS: state, log, ring. */
const FORGET = `redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])`;

const LOG_ID = `local function id(version) return string.format('%d-0', version) end`;

/**
 * KEYS: state, log, ring. ARGV: 2–4 expected incarnation, version, head ('' for no record); 5–7 the last
 * event's; 8 snapshot or '', 9 its version; 10 bytes of log; 11 time to live; 12 channel; 13 hint; then for
 * each event its prev and its JSON. Answers done (1) or not (0).
 */
export const APPEND = script(`
local at = redis.call('HMGET', KEYS[1], 'incarnation', 'version', 'head')
if at[1] == ARGV[5] and at[3] == ARGV[7] then return {'done', 1} end
${IN_TIME}
${LOG_ID}
if ARGV[2] == '' then
  if at[1] then return {'done', 0} end
  ${FORGET}
elseif at[1] ~= ARGV[2] or at[2] ~= ARGV[3] or at[3] ~= ARGV[4] then
  return {'done', 0}
end
local events = (#ARGV - 13) / 2
local last = tonumber(ARGV[6])
local bytes = tonumber(redis.call('HGET', KEYS[1], 'logBytes') or 0)
if redis.call('XLEN', KEYS[2]) == 0 then bytes = 0 end
for index = 1, events do
  local prev, event = ARGV[12 + 2 * index], ARGV[13 + 2 * index]
  redis.call('XADD', KEYS[2], id(last - events + index), 'prev', prev, 'event', event)
  bytes = bytes + #event
end
redis.call('HSET', KEYS[1], 'incarnation', ARGV[5], 'version', ARGV[6], 'head', ARGV[7])
if ARGV[8] ~= '' then
  redis.call('HSET', KEYS[1], 'snapshot', ARGV[8], 'snapshotVersion', ARGV[9])
end
local folded = id(redis.call('HGET', KEYS[1], 'snapshotVersion'))
while bytes > tonumber(ARGV[10]) do
  local first = redis.call('XRANGE', KEYS[2], '-', folded, 'COUNT', 1)[1]
  if not first then break end
  bytes = bytes - #first[2][4]
  redis.call('XDEL', KEYS[2], first[1])
end
redis.call('HSET', KEYS[1], 'logBytes', bytes)
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[11]) end
redis.call('SPUBLISH', ARGV[12], ARGV[13])
return {'done', 1}
`);

/**
 * KEYS: state, log, ring. ARGV: 1–3 incarnation, version and head to read from, or ''. Answers 'reset',
 * 'events' with them, or 'snapshot' with it and the events behind it. A record of which Redis has thrown
 * away a part, as when it runs out of memory, is none.
 */
export const READ = script(`
${LOG_ID}
local at = redis.call('HMGET', KEYS[1], 'incarnation', 'version', 'head', 'snapshot', 'snapshotVersion')
if not at[1] then return {'reset'} end
local version = tonumber(at[2])
local function after(from)
  local rows = redis.call('XRANGE', KEYS[2], id(from + 1), '+')
  local events = {}
  for index, row in ipairs(rows) do events[index] = row[2][4] end
  local prev = rows[1] and rows[1][2][2]
  return #events == version - from and events or nil, prev
end
if ARGV[1] ~= '' then
  local from = tonumber(ARGV[2])
  if ARGV[1] ~= at[1] or from > version then return {'reset'} end
  local events, prev = after(from)
  if events then
    if from == version then prev = at[3] end
    if prev ~= ARGV[3] then return {'reset'} end
    return {'events', events}
  end
end
local events = at[4] and after(tonumber(at[5]))
if not events then
  ${FORGET}
  return {'reset'}
end
return {'snapshot', at[4], events}
`);

/** KEYS: state, log, ring. ARGV: 1 time to live. Answers incarnation, version and head, or nothing. */
export const RENEW = script(`
local at = redis.call('HMGET', KEYS[1], 'incarnation', 'version', 'head')
if not at[1] then return {} end
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[1]) end
return at
`);

/** KEYS: state, log, ring. ARGV: 2–4 expected. Answers done (1), not (0), or that there was none (-1). */
export const DELETE = script(`
${IN_TIME}
local at = redis.call('HMGET', KEYS[1], 'incarnation', 'version', 'head')
if not at[1] then return {'done', -1} end
if at[1] ~= ARGV[2] or at[2] ~= ARGV[3] or at[3] ~= ARGV[4] then return {'done', 0} end
${FORGET}
return {'done', 1}
`);

/**
 * KEYS: state, ring. ARGV: 2 incarnation; 3 the post's own name, by which it is known when it comes again;
 * 4 message; 5 messages and 6 bytes that a ring keeps; 7 channel. Answers the number, 0 without a record
 * of that life.
 */
export const POST = script(`
${IN_TIME}
local at = redis.call('HMGET', KEYS[1], 'incarnation', 'last', 'ringBytes', 'posted')
if at[1] ~= ARGV[2] then return {'done', 0} end
local posted = at[4] or ''
local _, found = string.find(posted, ARGV[3] .. '=', 1, true)
if found then return {'done', tonumber(string.match(posted, '^%d+', found + 1))} end
local seq = tonumber(at[2] or 0) + 1
local number = string.format('%d', seq)
local function size(message, digits) return #message + #',"seq":' + digits end
local kept = redis.call('XLEN', KEYS[2]) > 0 and tonumber(at[3] or 0) or 0
redis.call('XADD', KEYS[2], number .. '-0', 'message', ARGV[4])
local bytes = kept + size(ARGV[4], #number)
local excess = redis.call('XLEN', KEYS[2]) - tonumber(ARGV[5])
while excess > 0 or bytes > tonumber(ARGV[6]) do
  local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  if not first then break end
  bytes = bytes - size(first[2][2], #first[1] - #'-0')
  excess = excess - 1
  redis.call('XDEL', KEYS[2], first[1])
end
posted = string.sub(posted .. ARGV[3] .. '=' .. number .. ';', -2048)
redis.call('HSET', KEYS[1], 'last', number, 'ringBytes', bytes, 'posted', posted)
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
redis.call('SPUBLISH', ARGV[7], 'message ' .. ARGV[2] .. ' ' .. number .. ' ' .. ARGV[4])
return {'done', seq}
`);

/** KEYS: state, ring. ARGV: 1 the first number asked for. Answers incarnation, last, numbers, messages. */
export const READ_MESSAGES = script(`
local at = redis.call('HMGET', KEYS[1], 'incarnation', 'last')
if not at[1] then return {} end
local numbers, messages = {}, {}
for index, row in ipairs(redis.call('XRANGE', KEYS[2], ARGV[1] .. '-0', '+')) do
  numbers[index] = tonumber(string.match(row[1], '^%d+'))
  messages[index] = row[2][2]
end
return {at[1], tonumber(at[2] or 0), numbers, messages}
`);

/**
 * KEYS: leases. ARGV: 1 own name, 2 length of a lease, 3 how long ended ones are kept. Answers the time,
 * whether the own lease still held, who lives, and whose lease has ended.
 */
export const BEAT = script(`
${NOW}
local own = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {
  now,
  own > now and 1 or 0,
  redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%d', now), '+inf'),
  redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
}
`);

/** KEYS: leases. ARGV: 1 own name, 2 how long ended ones are kept. */
export const END_LEASE = script(`
${NOW}
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'done', 1}
`);

/** KEYS: a rate's. ARGV: 1 its window. Answers how many in this window, and how long it lasts yet. */
export const RATE = script(`
local current = redis.call('INCR', KEYS[1])
if current == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {current, redis.call('PTTL', KEYS[1])}
`);

/**
 * KEYS: the hash of media nodes. ARGV: 1 fields at most, 2 letters of a name at most, 3 of a value. Answers
 * the time, and the fields that are no longer: names and values in turn.
 */
export const LIST_NODES = script(`
${NOW}
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[1]) then
  return redis.error_reply('TOOMANY more media nodes than can be')
end
local fields = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  local isShort = #name <= tonumber(ARGV[2])
  if isShort and redis.call('HSTRLEN', KEYS[1], name) <= tonumber(ARGV[3]) then
    fields[#fields + 1] = name
    fields[#fields + 1] = redis.call('HGET', KEYS[1], name)
  end
end
return {now, fields}
`);
