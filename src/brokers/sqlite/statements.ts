/**
 * The statements of the sqlite broker, by what they do. Times come in as parameters: the broker's clock is the only one.
 *
 * The states are written as numbers because SQLite uses a partial index only where it sees its condition word by word:
 * 0 none, 1 held, 2 delayed, 3 ready, 4 active, 5 dead (see `State` in `schema.ts`).
 *
 * A `+` before or behind a parameter keeps SQLite from planning for its value: where it sees one in an ordered query or a
 * LIMIT, it plans anew for each value that is bound, which takes ten times as long as the query.
 *
 * What recurs: `(SELECT max(seq) + 1 FROM letters)` is the place behind all others, and
 * `letters.over = 2 AND letters.until > ?1` a final result that is still kept: nothing takes its place.
 *
 * @module
 */

/** Letters: how they come in, become ready and go. */
export const LETTERS = {
  /** now, id, state, queue, priority, due, expires, delay, ttl, text. An id may be taken over that only has a note. */
  insert: `INSERT INTO letters (id, state, queue, priority, due, expires, delay, ttl, text)
    VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (id) DO UPDATE SET seq = (SELECT max(seq) + 1 FROM letters), state = excluded.state,
      queue = excluded.queue, priority = excluded.priority, due = excluded.due, expires = excluded.expires,
      delay = excluded.delay, ttl = excluded.ttl, text = excluded.text, deliveries = 0, begun = 0
    WHERE letters.state = 0 AND NOT (letters.over > 0 AND letters.until > ?1)`,
  /** now, id, state, queue, priority, due, expires, delay, ttl, text. An id that is under way or dead is left alone. */
  rehold: `INSERT INTO letters (id, state, queue, priority, due, expires, delay, ttl, text)
    VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, queue = excluded.queue, priority = excluded.priority,
      due = excluded.due, expires = excluded.expires, delay = excluded.delay, ttl = excluded.ttl, text = excluded.text,
      deliveries = 0, begun = 0
    WHERE letters.state IN (0, 1) AND NOT (letters.over = 2 AND letters.until > ?1)`,
  /** now, id, queue, priority, input, gate → due, state */
  send:
    `UPDATE letters SET seq = (SELECT max(seq) + 1 FROM letters), state = CASE WHEN coalesce(due, ?1 + delay, 0) > ?1 THEN 2 ELSE 3 END,
      queue = ?3, priority = ?4, input = ?5, gate = ?6, due = coalesce(due, ?1 + delay), expires = coalesce(expires, ?1 + ttl),
      delay = NULL, ttl = NULL
    WHERE id = ?2 AND state = 1 RETURNING due, state`,
  /** id. What is left without a result is swept up. */
  drop: `UPDATE letters SET state = 0, revoked = 0, text = NULL WHERE id = ?1 AND state = 1`,
  /** id → text */
  held: `SELECT text FROM letters WHERE id = ?1 AND state = 1`,
  /** queue, now, limit → seq */
  due: `SELECT seq FROM letters WHERE state = 2 AND queue = +?1 AND due <= +?2 ORDER BY due, seq LIMIT ?3 + 0`,
  /** seq */
  promote: `UPDATE letters SET seq = (SELECT max(seq) + 1 FROM letters), state = 3 WHERE seq = ?1`,
  /** queue → due */
  nextDue: `SELECT min(due) AS due FROM letters WHERE state = 2 AND queue = +?1
    AND NOT EXISTS (SELECT 1 FROM paused WHERE queue = +?1)`,
  /** queue → whether it has a letter to hand out */
  hasReady: `SELECT 1 FROM letters WHERE state = 3 AND queue = ?1
    AND NOT EXISTS (SELECT 1 FROM paused WHERE queue = ?1) LIMIT 1`,
  /** queue, now → whether it has a letter to hand out, or one that has become due */
  mayRun: `SELECT 1 FROM letters WHERE (state = 3 OR state = 2 AND due <= ?2) AND queue = ?1
    AND NOT EXISTS (SELECT 1 FROM paused WHERE queue = ?1) LIMIT 1`,
  /** queue, limit → how many are ready, up to a limit */
  countReady: `SELECT count(*) AS count FROM (SELECT 1 FROM letters WHERE state = 3 AND queue = ?1 LIMIT ?2 + 0)`,
} as const;

/** Deliveries: how letters get into workers' hands and out of them. */
export const DELIVERIES = {
  /** slot, queue, limit → the letters. They come in no order. */
  claim: `UPDATE letters SET state = 4, owner = ?1, deliveries = deliveries + 1
    WHERE seq IN (SELECT seq FROM letters WHERE state = 3 AND queue = +?2 ORDER BY priority DESC, seq LIMIT ?3 + 0)
    RETURNING seq, id, queue, priority, expires, deliveries, revoked, begun, gate, input, text`,
  /** now, id, slot, deliveries, result, until. Without a result, a note stays. */
  done: `UPDATE letters SET state = 0, owner = NULL, revoked = 0, text = NULL, input = NULL, gate = NULL,
      result = CASE WHEN letters.over = 2 AND letters.until > ?1 THEN result
        ELSE coalesce(?5, CASE WHEN until > ?1 THEN result END) END,
      until = CASE WHEN letters.over = 2 AND letters.until > ?1 THEN until ELSE ?6 END,
      over = CASE WHEN letters.over = 2 AND letters.until > ?1 OR ?5 IS NOT NULL THEN 2 ELSE 1 END
    WHERE id = ?2 AND state = 4 AND owner = ?3 AND deliveries = ?4`,
  /** now, id, slot, deliveries, result, until, reason. As done, but its new place tells the order in which letters died. */
  bury: `UPDATE letters SET state = 5, owner = NULL, revoked = 0, buried = ?1, reason = ?7,
      seq = (SELECT max(seq) + 1 FROM letters),
      result = CASE WHEN letters.over = 2 AND letters.until > ?1 THEN result
        ELSE coalesce(?5, CASE WHEN until > ?1 THEN result END) END,
      until = CASE WHEN letters.over = 2 AND letters.until > ?1 THEN until ELSE ?6 END,
      over = CASE WHEN letters.over = 2 AND letters.until > ?1 OR ?5 IS NOT NULL THEN 2 ELSE 1 END
    WHERE id = ?2 AND state = 4 AND owner = ?3 AND deliveries = ?4`,
  /** id, slot, deliveries, state, queue, priority, due, expires, text */
  again:
    `UPDATE letters SET seq = (SELECT max(seq) + 1 FROM letters), state = ?4, queue = ?5, priority = ?6, due = ?7, expires = coalesce(?8, expires), text = ?9,
      deliveries = 0, begun = 0, owner = NULL
    WHERE id = ?1 AND state = 4 AND owner = ?2 AND deliveries = ?3`,
  /** id, slot, deliveries */
  begin: `UPDATE letters SET begun = 1 WHERE id = ?1 AND state = 4 AND owner = ?2 AND deliveries = ?3`,
  /** id, slot, deliveries → queue */
  release: `UPDATE letters SET state = 3, owner = NULL, deliveries = deliveries - 1
    WHERE id = ?1 AND state = 4 AND owner = ?2 AND deliveries = ?3 RETURNING queue`,
  /** slot, limit → queue, of each */
  giveBack: `UPDATE letters SET state = 3, owner = NULL
    WHERE seq IN (SELECT seq FROM letters WHERE state = 4 AND owner = ?1 LIMIT ?2 + 0) RETURNING queue`,
  /** slot, ids as JSON → queue, of each */
  giveBackBeyond: `UPDATE letters SET state = 3, owner = NULL, deliveries = deliveries - 1
    WHERE state = 4 AND owner = ?1 AND id NOT IN (SELECT value FROM json_each(?2)) RETURNING queue`,
  /** slot → count */
  count: `SELECT count(*) AS count FROM letters WHERE state = 4 AND owner = ?1`,
  /** ids as JSON → id */
  revoked: `SELECT id FROM letters WHERE revoked = 1 AND id IN (SELECT value FROM json_each(?1))`,
} as const;

/** Workers' leases. */
export const WORKERS = {
  /** incarnation, name, until → slot */
  grant: `INSERT INTO workers (incarnation, name, until) VALUES (?1, ?2, ?3)
    ON CONFLICT (incarnation) DO UPDATE SET name = excluded.name, until = excluded.until RETURNING slot`,
  /** incarnation → slot */
  find: `SELECT slot FROM workers WHERE incarnation = ?1`,
  /** now → slot */
  expired: `SELECT slot FROM workers WHERE until <= ?1`,
  /** slot */
  remove: `DELETE FROM workers WHERE slot = ?1`,
  /** now → whether a worker died and holds letters */
  anyDead: `SELECT 1 FROM workers WHERE until <= ?1
    AND EXISTS (SELECT 1 FROM letters WHERE state = 4 AND owner = workers.slot) LIMIT 1`,
  /** now → incarnation, name, until, active */
  list: `SELECT incarnation, name, until,
      (SELECT count(*) FROM letters WHERE state = 4 AND owner = workers.slot) AS active
    FROM workers WHERE until > ?1 ORDER BY slot`,
} as const;

/** Gates and what has arrived at them. */
export const GATES = {
  /** id, size */
  add: `INSERT INTO gates (id, size) VALUES (?1, ?2)
    ON CONFLICT (id) DO UPDATE SET size = size + excluded.size WHERE open = 0`,
  /** id, size */
  grow: `UPDATE gates SET size = size + ?2 WHERE id = ?1 AND open = 0`,
  /** gate, place, value */
  arrive: `INSERT OR IGNORE INTO arrivals (gate, place, value) SELECT id, ?2, ?3 FROM gates WHERE id = ?1 AND open = 0`,
  /** gate → open */
  count: `UPDATE gates SET arrived = arrived + 1, open = arrived + 1 >= size WHERE id = ?1 RETURNING open`,
  /** gate → value */
  arrivals: `SELECT value FROM arrivals WHERE gate = +?1 ORDER BY place`,
  /** gate */
  close: `DELETE FROM gates WHERE id = ?1`,
  /** gate */
  clear: `DELETE FROM arrivals WHERE gate = ?1`,
} as const;

/** Notes and results. */
export const RESULTS = {
  /** now, id, over, text, until. A note leaves an id ended that was ended. */
  write: `INSERT INTO letters (id, state, over, result, until) VALUES (?2, 0, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET result = excluded.result, until = excluded.until,
      over = max(excluded.over, CASE WHEN letters.until > ?1 THEN letters.over ELSE 0 END)
    WHERE NOT (letters.over = 2 AND letters.until > ?1)`,
  /** id → state, over, until, result */
  read: `SELECT state, over, until, result FROM letters WHERE id = ?1`,
  /** id */
  forget: `DELETE FROM letters WHERE id = ?1 AND state = 0`,
  /** id */
  forgetDead: `UPDATE letters SET over = 0, result = NULL, until = 0 WHERE id = ?1 AND state = 5`,
  /** now → whether there is one to sweep up */
  anyOld: `SELECT 1 FROM letters WHERE state = 0 AND until <= ?1 LIMIT 1`,
  /** now, limit */
  sweep: `DELETE FROM letters WHERE seq IN (SELECT seq FROM letters WHERE state = 0 AND until <= ?1 LIMIT ?2 + 0)`,
} as const;

/** What people see and do. */
export const CONTROL = {
  /** → queue, count */
  ready: `SELECT queue, count(*) AS count FROM letters WHERE state = 3 GROUP BY queue`,
  /** now → queue, due, count */
  delayed: `SELECT queue, due <= ?1 AS due, count(*) AS count FROM letters WHERE state = 2 GROUP BY 1, 2`,
  /** → queue, count */
  active: `SELECT queue, count(*) AS count FROM letters WHERE state = 4 GROUP BY queue`,
  /** → queue, count */
  dead: `SELECT queue, count(*) AS count FROM letters WHERE state = 5 GROUP BY queue`,
  /** → queue */
  paused: `SELECT queue FROM paused`,
  /** queue */
  pause: `INSERT OR IGNORE INTO paused VALUES (?1)`,
  /** queue */
  resume: `DELETE FROM paused WHERE queue = ?1`,
  /** queue, limit → seq, id, priority, text, input, gate, due */
  peekReady: `SELECT seq, id, priority, text, input, gate, due FROM letters WHERE state = 3 AND queue = +?1
    ORDER BY priority DESC, seq LIMIT ?2 + 0`,
  /** queue, limit → seq, id, priority, text, input, gate, due */
  peekDelayed: `SELECT seq, id, priority, text, input, gate, due FROM letters WHERE state = 2 AND queue = +?1
    ORDER BY due, seq LIMIT ?2 + 0`,
  /** now, id, queue, result, until, seq. As `done`, for a letter that waits. */
  withdraw: `UPDATE letters SET state = 0, revoked = 0, text = NULL, input = NULL, gate = NULL,
      result = CASE WHEN letters.over = 2 AND letters.until > ?1 THEN result
        ELSE coalesce(?4, CASE WHEN until > ?1 THEN result END) END,
      until = CASE WHEN letters.over = 2 AND letters.until > ?1 THEN until ELSE ?5 END,
      over = CASE WHEN letters.over = 2 AND letters.until > ?1 OR ?4 IS NOT NULL THEN 2 ELSE 1 END
    WHERE id = ?2 AND queue = ?3 AND state IN (2, 3) AND seq = coalesce(?6, seq)`,
  /** id */
  revoke: `UPDATE letters SET revoked = 1 WHERE id = ?1 AND state BETWEEN 1 AND 4`,
  /** queue, limit → the dead letters */
  listDead: `SELECT id, priority, text, input, gate, reason, buried FROM letters WHERE state = 5 AND queue = +?1
    ORDER BY seq DESC LIMIT ?2 + 0`,
  /** id, queue */
  revive:
    `UPDATE letters SET seq = (SELECT max(seq) + 1 FROM letters), state = 3, due = NULL, expires = NULL, deliveries = 0, begun = 0, buried = NULL,
      reason = NULL, over = 0, result = NULL, until = 0
    WHERE id = ?1 AND state = 5 AND queue = ?2`,
  /** id, queue → gate */
  deadGate: `SELECT gate FROM letters WHERE id = ?1 AND state = 5 AND queue = ?2`,
  /** id, queue. Its result is kept as long as it would have been. */
  discard:
    `UPDATE letters SET state = 0, text = NULL, input = NULL, gate = NULL WHERE id = ?1 AND state = 5 AND queue = ?2`,
} as const;

/** Who sleeps and who watches. */
export const LISTENERS = {
  /** process, now */
  register: `INSERT INTO listeners (process, seen) VALUES (?1, ?2)
    ON CONFLICT (process) DO UPDATE SET seen = excluded.seen`,
  /** process → whether it is registered */
  find: `SELECT 1 FROM listeners WHERE process = ?1`,
  /** → process, seen */
  list: `SELECT process, seen FROM listeners`,
  /** process */
  remove: `DELETE FROM listeners WHERE process = ?1`,
  /** process */
  removeParked: `DELETE FROM parked WHERE process = ?1`,
  /** process */
  removeWatches: `DELETE FROM watches WHERE process = ?1`,

  /** waiter, process, queue, wakes */
  park: `INSERT INTO parked (waiter, process, queue, wakes) VALUES (?1, ?2, ?3, ?4)`,
  /** waiter */
  unpark: `DELETE FROM parked WHERE waiter = ?1`,
  /** → whether anybody sleeps */
  anyParked: `SELECT 1 FROM parked LIMIT 1`,
  /** queue, limit → waiter, process */
  parked: `SELECT waiter, process FROM parked WHERE queue = +?1 ORDER BY seq LIMIT ?2 + 0`,
  /** queue, time → whether one of those who sleep wakes up by then */
  wakesBy: `SELECT 1 FROM parked WHERE queue = ?1 AND wakes <= ?2 LIMIT 1`,
  /** process → waiter */
  parkedHere: `SELECT DISTINCT waiter FROM parked WHERE process = +?1`,

  /** id, process */
  watch: `INSERT OR IGNORE INTO watches (id, process) VALUES (?1, ?2)`,
  /** id, process */
  unwatch: `DELETE FROM watches WHERE id = ?1 AND process = ?2`,
  /** → whether anything is watched */
  anyWatch: `SELECT 1 FROM watches LIMIT 1`,
  /** → the number of a new change */
  nextChange: `UPDATE counters SET value = value + 1 WHERE name = 'changes' RETURNING value`,
  /** → the number of the last change */
  lastChange: `SELECT value FROM counters WHERE name = 'changes'`,
  /** id, process → other processes that watch it */
  watchedElsewhere: `SELECT process FROM watches WHERE id = ?1 AND process <> ?2`,
  /** id, process, change */
  change: `UPDATE watches SET change = ?3 WHERE id = ?1 AND process = ?2`,
  /** process, change → id, change */
  changes: `SELECT id, change FROM watches WHERE process = +?1 AND change > +?2 ORDER BY change`,
} as const;
