-- The bot's tables. Times are milliseconds since 1970 in UTC, by the server's clock. Numbers of people and chats are Telegram's.

-- One process at a time talks for a bot.
CREATE TABLE bot_turn (bot bigint PRIMARY KEY, owner text NOT NULL, until bigint NOT NULL);

-- What came from Telegram. It is stored before Telegram hears that it has come, and handled in its chat's order.
CREATE TABLE bot_update (
    number      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,                    -- the order in which they came
    bot         bigint NOT NULL,
    id          bigint NOT NULL,                                     -- Telegram's number, unique for days
    chat        bigint NOT NULL,
    album       text,                                                 -- those of one album are handled together
    json        text    NOT NULL,                                     -- '' once it is done
    state       text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    received_at bigint NOT NULL,
    UNIQUE (bot, id)
);
CREATE INDEX bot_update_waiting ON bot_update (bot, number) WHERE state = 'waiting';
CREATE INDEX bot_update_over ON bot_update (received_at) WHERE state <> 'waiting';

CREATE TABLE bot_person (
    id                bigint PRIMARY KEY,
    telegram_language text,
    language          text,                                           -- chosen; NULL: as Telegram's
    scale             integer CHECK (scale BETWEEN 1 AND 64),
    model             text,
    reply_as          text    NOT NULL DEFAULT 'Document' CHECK (reply_as IN ('Document', 'Photo', 'Both')),
    format            text    CHECK (format IN ('Png', 'Jpeg', 'WebP')),
    is_banned         boolean NOT NULL DEFAULT false,
    is_vip            boolean NOT NULL DEFAULT false,
    has_blocked       boolean NOT NULL DEFAULT false,
    has_talked        boolean NOT NULL DEFAULT false,  -- in private, so that the bot may write
    first_seen        bigint NOT NULL
);

-- The message that says how a photo, or an album, is getting on.
CREATE TABLE bot_status (
    key        text PRIMARY KEY,
    person     bigint NOT NULL,
    chat       bigint NOT NULL,
    thread     integer,
    reply_to   integer,
    count      integer NOT NULL CHECK (count > 0),                    -- photos that it tells of
    message    integer,                                               -- NULL until it is sent
    is_done    boolean NOT NULL DEFAULT false,
    created_at bigint NOT NULL
);
CREATE INDEX bot_status_open ON bot_status (created_at) WHERE NOT is_done;

-- The photos of a status message, and what of their results Telegram has taken.
CREATE TABLE bot_photo (
    job      bigint PRIMARY KEY,
    status   text    NOT NULL REFERENCES bot_status ON DELETE CASCADE,
    item     integer NOT NULL,
    sendings integer NOT NULL DEFAULT 0,                              -- begun, without a confirmation since
    document text,                                                    -- the file id, once it is there
    photo    text,
    failure  text                                                     -- why the result could not be sent
);
CREATE INDEX bot_photo_status ON bot_photo (status, item);

-- Photos that were taken, for quotas.
CREATE TABLE bot_use (key text PRIMARY KEY, person bigint NOT NULL, used_at bigint NOT NULL);
CREATE INDEX bot_use_person ON bot_use (person, used_at);

-- Results that Telegram has, by the file that they were made from and the settings.
CREATE TABLE bot_sent (
    bot      bigint NOT NULL,
    person   bigint NOT NULL,
    file     text    NOT NULL,                                        -- Telegram's unique id of the picture
    settings text    NOT NULL,
    document text,
    photo    text,
    caption  text    NOT NULL,
    sent_at  bigint NOT NULL,
    PRIMARY KEY (bot, person, file, settings)
);
CREATE INDEX bot_sent_at ON bot_sent (sent_at);

-- Texts that must arrive.
CREATE TABLE bot_outbox (
    id         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        text    UNIQUE,                                        -- added twice, it is sent once
    chat       bigint NOT NULL,
    topic      text    NOT NULL,                                      -- what it belongs to, to be counted by
    priority   integer NOT NULL,
    message    text    NOT NULL,                                      -- JSON
    attempts   integer NOT NULL DEFAULT 0,
    not_before bigint NOT NULL,
    state      text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dropped')),
    added_at   bigint NOT NULL
);
CREATE INDEX bot_outbox_due ON bot_outbox (priority, not_before, id) WHERE state = 'waiting';
CREATE INDEX bot_outbox_topic ON bot_outbox (topic, state);

-- What concerns the bot as a whole.
CREATE TABLE bot_flag (name text PRIMARY KEY, value text NOT NULL);
