-- The first schema. Times are milliseconds since 1970 in UTC.

CREATE TABLE job (
    id              INTEGER PRIMARY KEY,
    front_end       TEXT    NOT NULL,
    person          TEXT    NOT NULL,
    class           INTEGER NOT NULL CHECK (class BETWEEN 0 AND 3),          -- 0 admin, 1 VIP, 2 normal, 3 bulk
    state           TEXT    NOT NULL CHECK (state IN ('received', 'queued', 'running', 'upscaled', 'delivered', 'failed', 'cancelled', 'expired')),
    payload         TEXT,                                                    -- the front end's own
    name            TEXT    NOT NULL,
    model           TEXT,
    scale           INTEGER CHECK (scale BETWEEN 1 AND 64),
    format          TEXT    CHECK (format IN ('Png', 'Jpeg', 'WebP')),
    quality         INTEGER NOT NULL CHECK (quality BETWEEN 1 AND 100),

    -- the picture
    input_file      TEXT,
    width           INTEGER NOT NULL DEFAULT 0,
    height          INTEGER NOT NULL DEFAULT 0,
    work            TEXT    NOT NULL DEFAULT '',                             -- what measured speeds are kept by

    -- the order
    effective_class INTEGER NOT NULL CHECK (effective_class BETWEEN 0 AND 3),
    cost            REAL    NOT NULL DEFAULT 0 CHECK (cost >= 0),            -- estimated seconds
    tag             REAL    NOT NULL DEFAULT 0,                              -- start tag of start-time fair queueing
    not_before      INTEGER NOT NULL DEFAULT 0,

    -- the claim
    attempt         INTEGER NOT NULL DEFAULT 0,                              -- of claims, not of failures
    failures        INTEGER NOT NULL DEFAULT 0,
    lease_owner     TEXT,
    lease_until     INTEGER,
    is_active       INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),  -- whether a crash now would be its failure
    progress        REAL    NOT NULL DEFAULT 0,

    -- the result
    result_file     TEXT,
    result_width    INTEGER NOT NULL DEFAULT 0,
    result_height   INTEGER NOT NULL DEFAULT 0,
    result_bytes    INTEGER NOT NULL DEFAULT 0,
    result_model    TEXT,
    note            TEXT,
    seconds         REAL    NOT NULL DEFAULT 0,
    error           TEXT,

    -- the delivery
    deliveries      INTEGER NOT NULL DEFAULT 0,
    told_at         INTEGER,

    received_at     INTEGER NOT NULL,
    queued_at       INTEGER,
    started_at      INTEGER,
    ended_at        INTEGER,

    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK (state <> 'running' OR lease_owner IS NOT NULL),
    CHECK (state <> 'queued' OR lease_owner IS NULL),
    CHECK (state <> 'delivered' OR (lease_owner IS NULL AND told_at IS NOT NULL)),
    CHECK (is_active = 0 OR state IN ('received', 'running')),
    CHECK (state NOT IN ('queued', 'running') OR (input_file IS NOT NULL AND queued_at IS NOT NULL)),
    CHECK (state <> 'upscaled' OR (result_file IS NOT NULL AND told_at IS NULL)),
    CHECK (state <> 'failed' OR error IS NOT NULL),
    CHECK ((ended_at IS NULL) = (state IN ('received', 'queued', 'running'))),
    CHECK (effective_class <= class AND class - effective_class <= 1 AND (effective_class > 0 OR class = 0))
);

CREATE INDEX job_received ON job (front_end, id) WHERE state = 'received';
CREATE INDEX job_order ON job (effective_class, tag, id) WHERE state = 'queued';
CREATE INDEX job_small ON job (effective_class, cost, person) WHERE state = 'queued';
CREATE INDEX job_waiting ON job (queued_at) WHERE state = 'queued';
CREATE INDEX job_unaged ON job (queued_at, id) WHERE state = 'queued' AND effective_class = class AND class >= 2;
CREATE INDEX job_leased ON job (lease_until) WHERE lease_owner IS NOT NULL;
CREATE INDEX job_untold ON job (front_end, id) WHERE told_at IS NULL AND state IN ('upscaled', 'failed', 'cancelled', 'expired');
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX job_counts ON job (state, class);
CREATE INDEX job_person ON job (person, id);

-- A job goes only where the diagram in ARCHITECTURE leads, and a fence that has been raised stays up.
CREATE TRIGGER job_begins BEFORE INSERT ON job WHEN NEW.state NOT IN ('received', 'queued')
BEGIN SELECT raise(ABORT, 'a job cannot begin so'); END;
CREATE TRIGGER job_goes BEFORE UPDATE ON job WHEN
    NEW.attempt < OLD.attempt OR
    NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (VALUES
        ('received', 'queued'), ('received', 'failed'), ('received', 'cancelled'), ('received', 'expired'),
        ('queued', 'running'), ('queued', 'cancelled'), ('queued', 'expired'),
        ('running', 'queued'), ('running', 'upscaled'), ('running', 'failed'), ('running', 'cancelled'),
        ('upscaled', 'delivered'), ('upscaled', 'expired'),
        ('failed', 'queued'), ('cancelled', 'queued'), ('expired', 'queued'))
BEGIN SELECT raise(ABORT, 'a job cannot go there'); END;

-- Numbers for jobs, given before their files are written.
CREATE TABLE job_number (last INTEGER NOT NULL);
INSERT INTO job_number VALUES (0);

-- Start-time fair queueing: a class's virtual time is the largest start tag that has been served; a person's finish tag is
-- where that person's next job starts at the earliest.
CREATE TABLE class_clock (class INTEGER PRIMARY KEY CHECK (class BETWEEN 0 AND 3), virtual_time REAL NOT NULL);
INSERT INTO class_clock VALUES (0, 0), (1, 0), (2, 0), (3, 0);
CREATE TABLE finish_tag (class INTEGER NOT NULL, person TEXT NOT NULL, tag REAL NOT NULL, PRIMARY KEY (class, person)) WITHOUT ROWID;
CREATE TABLE person_weight (person TEXT PRIMARY KEY, weight REAL NOT NULL CHECK (weight > 0)) WITHOUT ROWID;

-- Measured speed of each kind of work.
CREATE TABLE work_speed (work TEXT PRIMARY KEY, seconds_per_megapixel REAL NOT NULL CHECK (seconds_per_megapixel > 0)) WITHOUT ROWID;

CREATE TABLE worker (owner TEXT PRIMARY KEY, about TEXT NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;

-- When expired leases were last looked for: a long gap means that the store itself was out, and holders get time to renew.
CREATE TABLE rescue (last_look INTEGER NOT NULL, not_before INTEGER NOT NULL);
INSERT INTO rescue VALUES (0, 0);
