-- Every statement of the bot on PostgreSQL. queue_time(@now) is the server's clock; all times are milliseconds since 1970 in UTC.

-- name: take turn
-- Succeeds where the turn is free, over, one's own, or a dead process's.
INSERT INTO bot_turn (bot, owner, until) VALUES (@bot, @owner, queue_time(@now) + @lease)
ON CONFLICT (bot) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE bot_turn.owner = excluded.owner OR bot_turn.until <= queue_time(@now) OR bot_turn.owner = @dead;

-- name: whose turn
SELECT owner FROM bot_turn WHERE bot = @bot AND until > queue_time(@now);

-- name: end turn
DELETE FROM bot_turn WHERE bot = @bot AND owner = @owner;

-- name: add update
INSERT INTO bot_update (bot, id, chat, album, json, received_at) VALUES (@bot, @id, @chat, @album, @json, queue_time(@now))
ON CONFLICT (bot, id) DO NOTHING;

-- name: waiting updates
SELECT number, id, chat, album, json, attempts FROM bot_update
WHERE bot = @bot AND state = 'waiting' AND number > @after
ORDER BY number LIMIT @limit;

-- name: waiting updates of chat
SELECT number, id, chat, album, json, attempts FROM bot_update
WHERE bot = @bot AND state = 'waiting' AND chat = @chat AND number > @after AND number <= @upTo
ORDER BY number LIMIT @limit;

-- name: begin update
UPDATE bot_update SET attempts = attempts + 1 WHERE number = @number AND state = 'waiting';

-- name: return update
UPDATE bot_update SET attempts = attempts - 1 WHERE number = @number AND state = 'waiting' AND attempts > 0;

-- name: end update
UPDATE bot_update SET state = @state, json = CASE WHEN @state = 'done' THEN '' ELSE json END WHERE number = @number AND state = 'waiting';

-- name: count updates
SELECT count(*) FROM bot_update WHERE bot = @bot AND state = 'waiting';

-- name: prune updates
DELETE FROM bot_update WHERE state <> 'waiting' AND received_at <= queue_time(@now) - @ago;

-- name: meet person
INSERT INTO bot_person (id, telegram_language, has_talked, first_seen) VALUES (@id, @telegramLanguage, @hasTalked, queue_time(@now))
ON CONFLICT (id) DO UPDATE
SET telegram_language = coalesce(excluded.telegram_language, bot_person.telegram_language),
    has_talked = bot_person.has_talked OR excluded.has_talked,
    has_blocked = CASE WHEN excluded.has_talked THEN false ELSE bot_person.has_blocked END
RETURNING *;

-- name: person
SELECT * FROM bot_person WHERE id = @id;

-- name: set settings
UPDATE bot_person SET language = @language, scale = @scale, model = @model, reply_as = @replyAs, format = @format WHERE id = @id;

-- name: set ban
INSERT INTO bot_person (id, is_banned, first_seen) VALUES (@id, @is, queue_time(@now)) ON CONFLICT (id) DO UPDATE SET is_banned = excluded.is_banned;

-- name: set vip
INSERT INTO bot_person (id, is_vip, first_seen) VALUES (@id, @is, queue_time(@now)) ON CONFLICT (id) DO UPDATE SET is_vip = excluded.is_vip;

-- name: set blocked
UPDATE bot_person SET has_blocked = @is WHERE id = @id;

-- name: erase person
DELETE FROM bot_person WHERE id = @id AND NOT is_banned AND NOT is_vip;

-- name: reset person
-- Of whom something has to be remembered.
UPDATE bot_person
SET telegram_language = NULL, language = NULL, scale = NULL, model = NULL, reply_as = 'Document', format = NULL, has_blocked = false, has_talked = false, first_seen = 0
WHERE id = @id;

-- name: erase statuses
DELETE FROM bot_status WHERE person = @id AND is_done;

-- name: updates set aside
SELECT number, id, chat, album, json, attempts, received_at FROM bot_update WHERE bot = @bot AND state = 'failed' AND json <> '';

-- name: erase update
-- The number stays: should Telegram hand the update out again, it is known.
UPDATE bot_update SET json = '' WHERE number = @number AND state <> 'waiting';

-- name: erase texts
DELETE FROM bot_outbox WHERE chat = @id;

-- name: erase sent
DELETE FROM bot_sent WHERE person = @id;

-- name: people counts
SELECT count(*) AS people, count(*) FILTER (WHERE is_banned) AS banned, count(*) FILTER (WHERE is_vip) AS vips, count(*) FILTER (WHERE has_blocked) AS blocked,
       count(*) FILTER (WHERE first_seen > queue_time(@now) - @ago) AS recent
FROM bot_person;

-- name: reachable people
SELECT * FROM bot_person WHERE id > @after AND has_talked AND NOT has_blocked AND NOT is_banned ORDER BY id LIMIT @limit;

-- name: add status
INSERT INTO bot_status (key, person, chat, thread, reply_to, count, language, created_at)
VALUES (@key, @person, @chat, @thread, @replyTo, @count, @language, queue_time(@now)) ON CONFLICT (key) DO NOTHING;

-- name: add photo
INSERT INTO bot_photo (job, status, item) VALUES (@job, @status, @item) ON CONFLICT (job) DO NOTHING;

-- name: open status
UPDATE bot_status SET is_done = false WHERE key = @key;

-- name: status
SELECT * FROM bot_status WHERE key = @key;

-- name: open statuses
SELECT *, queue_time(@now) - created_at AS age FROM bot_status WHERE NOT is_done ORDER BY created_at, key;

-- name: status photos
SELECT * FROM bot_photo WHERE status = @key ORDER BY item, job;

-- name: open photos
SELECT p.* FROM bot_photo p JOIN bot_status s ON s.key = p.status WHERE NOT s.is_done ORDER BY p.status, p.item, p.job;

-- name: open jobs
-- The queue's own rows.
SELECT j.* FROM bot_status s JOIN bot_photo p ON p.status = s.key JOIN job j ON j.id = p.job WHERE NOT s.is_done;

-- name: deliverable
-- An album waits while one of its jobs has not ended, is held or rests, and for a while for photos that are still to come.
SELECT job, status, chat
FROM (SELECT min(j.id) AS job, min(p.status) AS status, coalesce(min(s.chat), 0) AS chat, row_number() OVER (PARTITION BY min(s.chat) ORDER BY min(j.id)) AS place
      FROM job j LEFT JOIN bot_photo p ON p.job = j.id LEFT JOIN bot_status s ON s.key = p.status
      WHERE j.told_at IS NULL AND j.state IN ('upscaled', 'failed', 'cancelled', 'expired') AND j.front_end = @frontEnd AND j.lease_owner IS NULL AND j.not_before <= queue_time(@now)
        AND (s.key IS NULL OR s.count <= (SELECT count(*) FROM bot_photo o WHERE o.status = s.key) OR s.created_at <= queue_time(@now) - @ago)
        AND NOT EXISTS (SELECT 1 FROM bot_photo o JOIN job k ON k.id = o.job
                        WHERE o.status = p.status AND k.told_at IS NULL AND (k.ended_at IS NULL OR k.lease_owner IS NOT NULL OR k.not_before > queue_time(@now)))
      GROUP BY coalesce(p.status, CAST(j.id AS text))) AS parcel
WHERE place <= @each ORDER BY job LIMIT @limit;

-- name: job status
SELECT s.* FROM bot_photo p JOIN bot_status s ON s.key = p.status WHERE p.job = @job;

-- name: photo
SELECT * FROM bot_photo WHERE job = @job;

-- name: set message
UPDATE bot_status SET message = @message WHERE key = @key;

-- name: end status
UPDATE bot_status SET is_done = true WHERE key = @key AND NOT is_done;

-- name: end erased status
-- With its jobs, all that it tells of has been erased. One that has no photos yet may get some when its update is handled again.
DELETE FROM bot_status WHERE key = @key AND EXISTS (SELECT 1 FROM bot_photo WHERE status = @key)
    AND NOT EXISTS (SELECT 1 FROM bot_photo p JOIN job j ON j.id = p.job WHERE p.status = @key);

-- name: begin sending
UPDATE bot_photo SET sendings = sendings + 1 WHERE job = @job RETURNING sendings;

-- name: not sent
UPDATE bot_photo SET sendings = 0 WHERE job = @job;

-- name: sent photo
UPDATE bot_photo SET sendings = 0, document = coalesce(@document, document), photo = coalesce(@photo, photo) WHERE job = @job;

-- name: cannot send
UPDATE bot_photo SET sendings = 0, failure = @sentence WHERE job = @job;

-- name: move chat
UPDATE bot_status SET chat = @to WHERE chat = @from;

-- name: busiest people
SELECT person AS id, sum(count) AS pictures FROM bot_status WHERE created_at > queue_time(@now) - @ago GROUP BY person ORDER BY pictures DESC, person LIMIT @limit;

-- name: prune statuses
DELETE FROM bot_status WHERE is_done AND created_at <= queue_time(@now) - @ago;

-- name: uses
SELECT used_at FROM bot_use WHERE person = @person AND used_at > queue_time(@now) - @ago ORDER BY used_at;

-- name: used keys
SELECT count(*) FROM bot_use WHERE key = @key;

-- name: use
INSERT INTO bot_use (key, person, used_at) VALUES (@key, @person, queue_time(@now)) ON CONFLICT (key) DO NOTHING;

-- name: lock uses
-- One of a person's takings after the other, so that two do not share the last place.
SELECT 1 FROM bot_person WHERE id = @person FOR UPDATE;

-- name: unuse
DELETE FROM bot_use WHERE key = @key;

-- name: give back uses
-- A job has the key of its use. What was failed, cancelled or left to wait too long, or what Telegram does not take, counts against nobody.
DELETE FROM bot_use
WHERE person BETWEEN @first AND @last AND EXISTS
    (SELECT 1 FROM job j WHERE j.front_end = @frontEnd AND j.key = bot_use.key AND
        (j.state IN ('failed', 'cancelled', 'expired') OR EXISTS (SELECT 1 FROM bot_photo p WHERE p.job = j.id AND p.failure IS NOT NULL AND p.document IS NULL AND p.photo IS NULL)));

-- name: prune uses
DELETE FROM bot_use WHERE used_at <= queue_time(@now) - @ago;

-- name: sent
SELECT * FROM bot_sent WHERE bot = @bot AND person = @person AND file = @file AND settings = @settings AND sent_at > queue_time(@now) - @ago;

-- name: add sent
-- Only of a job that is there, and stays until this is committed: an erasing waits, and then finds this.
INSERT INTO bot_sent (bot, person, file, settings, document, photo, caption, sent_at)
SELECT @bot, @person, @file, @settings, @document, @photo, @caption, queue_time(@now) FROM job WHERE id = @job FOR KEY SHARE
ON CONFLICT (bot, person, file, settings) DO UPDATE
SET document = coalesce(excluded.document, bot_sent.document), photo = coalesce(excluded.photo, bot_sent.photo),
    caption = CASE WHEN excluded.document IS NULL THEN bot_sent.caption ELSE excluded.caption END, sent_at = excluded.sent_at;

-- name: forget sent
DELETE FROM bot_sent WHERE bot = @bot AND person = @person AND file = @file AND settings = @settings;

-- name: prune sent
DELETE FROM bot_sent WHERE sent_at <= queue_time(@now) - @ago;

-- name: add text
INSERT INTO bot_outbox (key, chat, topic, priority, message, not_before, added_at) VALUES (@key, @chat, @topic, @priority, @message, queue_time(@now), queue_time(@now))
ON CONFLICT (key) DO NOTHING;

-- name: due texts
SELECT * FROM bot_outbox WHERE state = 'waiting' AND not_before <= queue_time(@now) ORDER BY priority, not_before, id LIMIT @limit;

-- name: end text
UPDATE bot_outbox SET state = @state, message = '' WHERE id = @id AND state = 'waiting';

-- name: rest text
UPDATE bot_outbox SET attempts = attempts + 1, not_before = queue_time(@now) + @rest WHERE id = @id AND state = 'waiting';

-- name: topic counts
SELECT state, count(*) AS count FROM bot_outbox WHERE topic = @topic GROUP BY state;

-- name: prune outbox
DELETE FROM bot_outbox WHERE state <> 'waiting' AND added_at <= queue_time(@now) - @ago;

-- name: flag
SELECT value FROM bot_flag WHERE name = @name;

-- name: set flag
INSERT INTO bot_flag (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: set flag once
INSERT INTO bot_flag (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING;

-- name: clear flag
DELETE FROM bot_flag WHERE name = @name;
