-- Every statement of the SQLite store. Each runs in a transaction that began as a writer (BEGIN IMMEDIATE), but for those
-- under "Reading". @now is the machine's clock; all times are milliseconds since 1970 in UTC.
-- "Fenced" statements change a row only while their claim (job, attempt, owner) holds.
-- INDEXED BY keeps the planner, which knows nothing of the numbers, from reading all that wait where the first few would do.

-- name: number
UPDATE job_number SET last = last + 1 RETURNING last;

-- name: receive
INSERT INTO job (id, front_end, person, class, effective_class, state, payload, name, model, scale, format, quality, key, received_at)
VALUES (@id, @frontEnd, @person, @class, @class, 'received', @payload, @name, @model, @scale, @format, @quality, @key, @now)
ON CONFLICT (front_end, key) WHERE key IS NOT NULL DO NOTHING;

-- name: keyed
-- The job that was handed in under a key before.
SELECT id FROM job WHERE front_end = @frontEnd AND key = @key;

-- name: submit
INSERT INTO job (id, front_end, person, class, effective_class, state, payload, name, model, scale, format, quality, key, received_at,
                 input_file, width, height, work, cost, tag, queued_at)
VALUES (@id, @frontEnd, @person, @class, @class, 'queued', @payload, @name, @model, @scale, @format, @quality, @key, @now,
        @file, @width, @height, @work, @cost, @tag, @now)
ON CONFLICT (front_end, key) WHERE key IS NOT NULL DO NOTHING;

-- name: claim received
UPDATE job
SET attempt = attempt + 1, lease_owner = @owner, lease_until = @now + @lease, is_active = 0
WHERE id = (SELECT id FROM job INDEXED BY job_received
            WHERE state = 'received' AND front_end = @frontEnd AND lease_owner IS NULL AND not_before <= @now
            ORDER BY id LIMIT 1)
RETURNING *;

-- name: held
-- Whose job a valid claim is on.
SELECT * FROM job WHERE id = @id AND attempt = @attempt AND lease_owner = @owner;

-- name: is accepted
-- Whether an earlier try to accept, whose answer was lost, has come through.
SELECT EXISTS (SELECT 1 FROM job WHERE id = @id AND input_file = @file);

-- name: accept
-- Fenced. Troubles in fetching the picture do not count against working on it.
UPDATE job
SET state = 'queued', input_file = @file, width = @width, height = @height, work = @work, cost = @cost, tag = @tag,
    queued_at = @now, not_before = 0, failures = 0, error = NULL, lease_owner = NULL, lease_until = NULL, is_active = 0
WHERE id = @id AND attempt = @attempt AND lease_owner = @owner AND state = 'received';

-- name: speed
SELECT seconds_per_megapixel FROM work_speed WHERE work = @work;

-- name: lock clock
-- Likewise.
SELECT count(*) FROM class_clock WHERE class = @class;

-- name: idle class
-- With nothing to serve, everybody starts level: a class's clock jumps to the last finish tag.
UPDATE class_clock
SET virtual_time = max(virtual_time, coalesce((SELECT max(tag) FROM finish_tag WHERE class = @class), 0))
WHERE class = @class
  AND NOT EXISTS (SELECT 1 FROM job INDEXED BY job_order WHERE state = 'queued' AND effective_class = @class)
  AND NOT EXISTS (SELECT 1 FROM job WHERE state = 'running' AND effective_class = @class);

-- name: start tag
-- A person's next start tag, max(virtual time, finish tag of the person), and the finish tag that follows from it.
INSERT INTO finish_tag (class, person, tag)
SELECT c.class, @person, c.virtual_time + @cost / coalesce(w.weight, 1)
FROM class_clock c LEFT JOIN person_weight w ON w.person = @person
WHERE c.class = @class
ON CONFLICT (class, person) DO UPDATE
SET tag = excluded.tag + max(0, finish_tag.tag - (SELECT virtual_time FROM class_clock WHERE class = @class))
RETURNING tag - @cost / coalesce((SELECT weight FROM person_weight WHERE person = @person), 1);

-- name: refund
-- What was never served is not held against its person.
UPDATE finish_tag
SET tag = tag - @cost / coalesce((SELECT weight FROM person_weight WHERE person = @person), 1)
WHERE class = @class AND person = @person;

-- name: claim
UPDATE job
SET state = 'running', attempt = attempt + 1, lease_owner = @owner, lease_until = @now + @lease, is_active = 1, progress = 0,
    started_at = coalesce(started_at, @now)
WHERE id = (SELECT id FROM job INDEXED BY job_order WHERE state = 'queued' AND not_before <= @now ORDER BY effective_class, tag, id LIMIT 1)
RETURNING *;

-- name: claim higher class
UPDATE job
SET state = 'running', attempt = attempt + 1, lease_owner = @owner, lease_until = @now + @lease, is_active = 1, progress = 0,
    started_at = coalesce(started_at, @now)
WHERE id = (SELECT id FROM job INDEXED BY job_order
            WHERE state = 'queued' AND effective_class < @class AND not_before <= @now
            ORDER BY effective_class, tag, id LIMIT 1)
RETURNING *;

-- name: any smaller
-- Asked before "claim smaller", which reads the class in the order of tags and would read all of it in vain.
SELECT EXISTS (SELECT 1 FROM job WHERE state = 'queued' AND effective_class = @class AND cost < @cost AND person <> @person AND not_before <= @now);

-- name: claim smaller
UPDATE job
SET state = 'running', attempt = attempt + 1, lease_owner = @owner, lease_until = @now + @lease, is_active = 1, progress = 0,
    started_at = coalesce(started_at, @now)
WHERE id = (SELECT id FROM job INDEXED BY job_order
            WHERE state = 'queued' AND effective_class = @class AND cost < @cost AND person <> @person AND not_before <= @now
            ORDER BY effective_class, tag, id LIMIT 1)
RETURNING *;

-- name: served
UPDATE class_clock SET virtual_time = max(virtual_time, @tag) WHERE class = @class;

-- name: renew
-- Fenced.
UPDATE job
SET lease_until = @now + @lease, progress = @progress,
    is_active = CASE WHEN state IN ('received', 'running') THEN @isActive ELSE 0 END
WHERE id = @id AND attempt = @attempt AND lease_owner = @owner;

-- name: finish
-- Fenced.
UPDATE job
SET state = 'upscaled', result_file = @file, result_width = @width, result_height = @height, result_bytes = @bytes,
    result_model = @model, note = @note, seconds = @seconds, error = NULL, progress = 1, not_before = 0, deliveries = 0,
    lease_owner = NULL, lease_until = NULL, is_active = 0, ended_at = @now
WHERE id = @id AND attempt = @attempt AND lease_owner = @owner AND state = 'running';

-- name: is finished
-- Whether an earlier try to finish, whose answer was lost, has come through: the file's name holds the attempt.
SELECT EXISTS (SELECT 1 FROM job WHERE id = @id AND result_file = @file);

-- name: measured
-- A moving average of the last runs.
INSERT INTO work_speed (work, seconds_per_megapixel) VALUES (@work, @speed)
ON CONFLICT (work) DO UPDATE SET seconds_per_megapixel = 0.7 * work_speed.seconds_per_megapixel + 0.3 * excluded.seconds_per_megapixel;

-- name: fail
-- Fenced.
UPDATE job
SET failures = failures + 1, error = @sentence, progress = 0, lease_owner = NULL, lease_until = NULL, is_active = 0,
    state = CASE WHEN @isFinal OR failures + 1 >= @attempts THEN 'failed' WHEN state = 'running' THEN 'queued' ELSE state END,
    ended_at = CASE WHEN @isFinal OR failures + 1 >= @attempts THEN @now END,
    not_before = CASE WHEN @isFinal OR failures + 1 >= @attempts THEN 0 ELSE @now + @retryAfter * (1 << min(failures, 6)) END
WHERE id = @id AND attempt = @attempt AND lease_owner = @owner AND state IN ('received', 'running')
RETURNING state;

-- name: hand back
-- Fenced.
UPDATE job
SET state = CASE WHEN state = 'running' THEN 'queued' ELSE state END, not_before = @now + @rest,
    progress = CASE WHEN state = 'running' THEN 0 ELSE progress END, lease_owner = NULL, lease_until = NULL, is_active = 0
WHERE id = @id AND attempt = @attempt AND lease_owner = @owner;

-- name: cancel
UPDATE job
SET state = 'cancelled', error = 'cancelled', ended_at = @now, told_at = CASE WHEN @tellSender THEN NULL ELSE @now END,
    not_before = 0, lease_owner = NULL, lease_until = NULL, is_active = 0
WHERE id = @id AND state IN ('received', 'queued', 'running')
RETURNING *;

-- name: erase person
DELETE FROM job WHERE person = @person RETURNING *;

-- name: find to change
SELECT * FROM job WHERE id = @id;

-- name: retry
UPDATE job
SET state = 'queued', effective_class = class, tag = @tag, cost = @cost, failures = 0, error = NULL, progress = 0, not_before = 0,
    queued_at = @now, started_at = NULL, ended_at = NULL, told_at = NULL, deliveries = 0
WHERE id = @id AND state IN ('failed', 'cancelled', 'expired') AND input_file IS NOT NULL AND queued_at IS NOT NULL AND lease_owner IS NULL;

-- name: claim delivery
UPDATE job
SET attempt = attempt + 1, deliveries = deliveries + 1, lease_owner = @owner, lease_until = @now + @lease
WHERE id = (SELECT id FROM job INDEXED BY job_untold
            WHERE told_at IS NULL AND state IN ('upscaled', 'failed', 'cancelled', 'expired') AND front_end = @frontEnd
              AND lease_owner IS NULL AND not_before <= @now
            ORDER BY id LIMIT 1)
RETURNING *;

-- name: claim this delivery
UPDATE job
SET attempt = attempt + 1, deliveries = deliveries + 1, lease_owner = @owner, lease_until = @now + @lease
WHERE id = @id AND told_at IS NULL AND state IN ('upscaled', 'failed', 'cancelled', 'expired') AND lease_owner IS NULL AND not_before <= @now
RETURNING *;

-- name: told
-- Fenced.
UPDATE job
SET state = CASE WHEN state = 'upscaled' THEN 'delivered' ELSE state END, told_at = @now, lease_owner = NULL, lease_until = NULL
WHERE id = @id AND attempt = @attempt AND lease_owner = @owner AND state IN ('upscaled', 'failed', 'cancelled', 'expired');

-- name: rescue look
UPDATE rescue
SET not_before = CASE WHEN abs(@now - last_look) > @lease THEN @now + @lease ELSE not_before END, last_look = @now
RETURNING not_before <= @now;

-- name: rescue
-- A crash is a failure of what was being worked on, and of nothing else that the dead process held.
UPDATE job
SET failures = failures + is_active, progress = CASE WHEN state = 'running' THEN 0 ELSE progress END,
    state = CASE WHEN is_active AND failures + 1 >= @attempts THEN 'failed' WHEN state = 'running' THEN 'queued' ELSE state END,
    error = CASE WHEN is_active THEN @sentence ELSE error END,
    ended_at = CASE WHEN is_active AND failures + 1 >= @attempts THEN @now ELSE ended_at END,
    not_before = CASE WHEN is_active AND failures + 1 < @attempts THEN @now + @retryAfter * (1 << min(failures, 6)) ELSE 0 END,
    lease_owner = NULL, lease_until = NULL, is_active = 0
WHERE lease_owner IS NOT NULL AND ((@dead IS NULL AND lease_until <= @now) OR lease_owner = @dead);

-- name: lock clocks
-- For databases where several write at once. Here the whole database is locked already.
SELECT count(*) FROM class_clock;

-- name: to age
SELECT * FROM job INDEXED BY job_unaged
WHERE state = 'queued' AND effective_class = class AND class >= 2 AND queued_at <= @now - @ago
ORDER BY queued_at, id LIMIT @limit;

-- name: age
UPDATE job SET effective_class = @class, tag = @tag WHERE id = @id AND state = 'queued';

-- name: expire
UPDATE job
SET state = 'expired', error = 'it waited too long', ended_at = @now, not_before = 0, lease_owner = NULL, lease_until = NULL, is_active = 0
WHERE id IN (SELECT id FROM job
             WHERE (state = 'queued' AND queued_at <= @now - @ago) OR (state = 'received' AND received_at <= @now - @ago)
             LIMIT @limit)
RETURNING *;

-- name: to erase
SELECT id, input_file, result_file FROM job
WHERE ended_at <= @now - @ago AND lease_owner IS NULL AND (input_file IS NOT NULL OR result_file IS NOT NULL)
LIMIT @limit;

-- name: erase
UPDATE job
SET input_file = NULL, result_file = NULL, state = CASE WHEN state = 'upscaled' THEN 'expired' ELSE state END,
    error = CASE WHEN state = 'upscaled' THEN 'nobody fetched it in time' ELSE error END
WHERE id = @id AND lease_owner IS NULL;

-- name: prune
DELETE FROM job WHERE ended_at <= @now - @ago AND lease_owner IS NULL AND input_file IS NULL AND result_file IS NULL;

-- name: prune workers
DELETE FROM worker WHERE seen_at <= @now - @ago;

-- name: prune tags
-- A finish tag that lies behind says no more than none.
DELETE FROM finish_tag WHERE tag <= (SELECT virtual_time FROM class_clock c WHERE c.class = finish_tag.class);

-- name: set weight
INSERT INTO person_weight (person, weight) VALUES (@person, @weight)
ON CONFLICT (person) DO UPDATE SET weight = excluded.weight;

-- name: hello
INSERT INTO worker (owner, about, seen_at) VALUES (@owner, @about, @now)
ON CONFLICT (owner) DO UPDATE SET about = excluded.about, seen_at = excluded.seen_at;

-- name: goodbye
DELETE FROM worker WHERE owner = @owner;

-- Reading.

-- name: find
SELECT * FROM job WHERE id = @id;

-- name: list
SELECT * FROM job
WHERE @state IS NULL OR state = @state
ORDER BY id DESC LIMIT @limit;

-- name: list of person
SELECT * FROM job INDEXED BY job_person
WHERE person = @person AND (@state IS NULL OR state = @state)
ORDER BY id DESC LIMIT @limit;

-- name: waiting of person
SELECT count(*) FROM job INDEXED BY job_person WHERE person = @person AND state IN ('received', 'queued', 'running');

-- name: ahead
-- Of the queue's first jobs, as far as they are counted, those that do not come after a queued job: all of them where it is farther behind.
SELECT count(*) AS jobs, coalesce(sum(seconds), 0) AS seconds, coalesce(sum(CASE WHEN id = @id THEN seconds END), 0) AS own_seconds
FROM (SELECT j.id, coalesce(s.seconds_per_megapixel * j.width * j.height / 1e6, j.cost) AS seconds
      FROM (SELECT * FROM job INDEXED BY job_order WHERE state = 'queued' ORDER BY effective_class, tag, id LIMIT @limit) AS j
      JOIN job me ON (j.effective_class, j.tag, j.id) <= (me.effective_class, me.tag, me.id)
      LEFT JOIN work_speed s ON s.work = j.work
      WHERE me.id = @id AND me.state = 'queued');

-- name: running seconds
SELECT coalesce(sum(coalesce(s.seconds_per_megapixel * j.width * j.height / 1e6, j.cost) * (1 - j.progress)), 0)
FROM job j LEFT JOIN work_speed s ON s.work = j.work
WHERE j.state = 'running';

-- name: queued seconds
SELECT coalesce(sum(coalesce(s.seconds_per_megapixel * j.width * j.height / 1e6, j.cost)), 0)
FROM job j LEFT JOIN work_speed s ON s.work = j.work
WHERE j.state = 'queued';

-- name: counts
SELECT state, class, count(*) AS count FROM job GROUP BY state, class ORDER BY state, class;

-- name: ended lately
SELECT state, class, count(*) AS count FROM job WHERE ended_at > @now - @ago GROUP BY state, class ORDER BY state, class;

-- name: people lately
SELECT count(DISTINCT person) FROM job WHERE received_at > @now - @ago;

-- name: oldest
SELECT coalesce(@now - min(queued_at), 0) FROM job INDEXED BY job_waiting WHERE state = 'queued';

-- name: workers
SELECT owner, about, seen_at FROM worker WHERE seen_at > @now - @ago ORDER BY owner;

-- name: running of owner
SELECT * FROM job WHERE state = 'running' AND lease_owner = @owner;

-- name: lease owners
SELECT DISTINCT lease_owner FROM job WHERE lease_owner IS NOT NULL;

-- name: known files
SELECT input_file FROM job WHERE input_file IS NOT NULL
UNION ALL
SELECT result_file FROM job WHERE result_file IS NOT NULL;
