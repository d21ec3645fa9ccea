-- The bot's tables. Times are milliseconds since 1970 in UTC. Numbers of people and chats are Telegram's.

-- One process at a time talks for a bot.
CREATE TABLE bot_turn (bot INTEGER PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL);

-- What came from Telegram. It is stored before Telegram hears that it has come, and handled in its chat's order.
CREATE TABLE bot_update (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,                    -- the order in which they came
    bot         INTEGER NOT NULL,
    id          INTEGER NOT NULL,                                     -- Telegram's number, unique for days
    chat        INTEGER NOT NULL,
    album       TEXT,                                                 -- those of one album are handled together
    json        TEXT    NOT NULL,                                     -- '' once it is done
    state       TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL,
    UNIQUE (bot, id)
);
CREATE INDEX bot_update_waiting ON bot_update (bot, number) WHERE state = 'waiting';
CREATE INDEX bot_update_over ON bot_update (received_at) WHERE state <> 'waiting';

CREATE TABLE bot_person (
    id                INTEGER PRIMARY KEY,
    telegram_language TEXT,
    language          TEXT,                                           -- chosen; NULL: as Telegram's
    scale             INTEGER CHECK (scale BETWEEN 1 AND 64),
    model             TEXT,
    reply_as          TEXT    NOT NULL DEFAULT 'Document' CHECK (reply_as IN ('Document', 'Photo', 'Both')),
    format            TEXT    CHECK (format IN ('Png', 'Jpeg', 'WebP')),
    is_banned         INTEGER NOT NULL DEFAULT 0 CHECK (is_banned IN (0, 1)),
    is_vip            INTEGER NOT NULL DEFAULT 0 CHECK (is_vip IN (0, 1)),
    has_blocked       INTEGER NOT NULL DEFAULT 0 CHECK (has_blocked IN (0, 1)),
    has_talked        INTEGER NOT NULL DEFAULT 0 CHECK (has_talked IN (0, 1)),  -- in private, so that the bot may write
    first_seen        INTEGER NOT NULL
);

-- The message that says how a photo, or an album, is getting on.
CREATE TABLE bot_status (
    key        TEXT PRIMARY KEY,
    person     INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    thread     INTEGER,
    reply_to   INTEGER,
    count      INTEGER NOT NULL CHECK (count > 0),                    -- photos that it tells of
    message    INTEGER,                                               -- NULL until it is sent
    is_done    INTEGER NOT NULL DEFAULT 0 CHECK (is_done IN (0, 1)),
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX bot_status_open ON bot_status (created_at) WHERE is_done = 0;

-- The photos of a status message, and what of their results Telegram has taken.
CREATE TABLE bot_photo (
    job      INTEGER PRIMARY KEY,
    status   TEXT    NOT NULL REFERENCES bot_status ON DELETE CASCADE,
    item     INTEGER NOT NULL,
    sendings INTEGER NOT NULL DEFAULT 0,                              -- begun, without a confirmation since
    document TEXT,                                                    -- the file id, once it is there
    photo    TEXT,
    failure  TEXT                                                     -- why the result could not be sent
);
CREATE INDEX bot_photo_status ON bot_photo (status, item);

-- Photos that were taken, for quotas.
CREATE TABLE bot_use (key TEXT PRIMARY KEY, person INTEGER NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX bot_use_person ON bot_use (person, used_at);

-- Results that Telegram has, by the file that they were made from and the settings.
CREATE TABLE bot_sent (
    bot      INTEGER NOT NULL,
    person   INTEGER NOT NULL,
    file     TEXT    NOT NULL,                                        -- Telegram's unique id of the picture
    settings TEXT    NOT NULL,
    document TEXT,
    photo    TEXT,
    caption  TEXT    NOT NULL,
    sent_at  INTEGER NOT NULL,
    PRIMARY KEY (bot, person, file, settings)
) WITHOUT ROWID;
CREATE INDEX bot_sent_at ON bot_sent (sent_at);

-- Texts that must arrive.
CREATE TABLE bot_outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT    UNIQUE,                                        -- added twice, it is sent once
    chat       INTEGER NOT NULL,
    topic      TEXT    NOT NULL,                                      -- what it belongs to, to be counted by
    priority   INTEGER NOT NULL,
    message    TEXT    NOT NULL,                                      -- JSON
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    state      TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dropped')),
    added_at   INTEGER NOT NULL
);
CREATE INDEX bot_outbox_due ON bot_outbox (priority, not_before, id) WHERE state = 'waiting';
CREATE INDEX bot_outbox_topic ON bot_outbox (topic, state);

-- What concerns the bot as a whole.
CREATE TABLE bot_flag (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
