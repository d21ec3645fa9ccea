-- The first schema. Times are milliseconds since 1970 in UTC, by the server's clock.

CREATE TABLE job (
    id              bigint           PRIMARY KEY,
    front_end       text             NOT NULL,
    person          text             NOT NULL,
    class           integer          NOT NULL CHECK (class BETWEEN 0 AND 3),          -- 0 admin, 1 VIP, 2 normal, 3 bulk
    state           text             NOT NULL CHECK (state IN ('received', 'queued', 'running', 'upscaled', 'delivered', 'failed', 'cancelled', 'expired')),
    payload         text,                                                             -- the front end's own
    name            text             NOT NULL,
    model           text,
    scale           integer          CHECK (scale BETWEEN 1 AND 64),
    format          text             CHECK (format IN ('Png', 'Jpeg', 'WebP')),
    quality         integer          NOT NULL CHECK (quality BETWEEN 1 AND 100),

    -- the picture
    input_file      text,
    width           integer          NOT NULL DEFAULT 0,
    height          integer          NOT NULL DEFAULT 0,
    work            text             NOT NULL DEFAULT '',                             -- what measured speeds are kept by

    -- the order
    effective_class integer          NOT NULL CHECK (effective_class BETWEEN 0 AND 3),
    cost            double precision NOT NULL DEFAULT 0 CHECK (cost >= 0),            -- estimated seconds
    tag             double precision NOT NULL DEFAULT 0,                              -- start tag of start-time fair queueing
    not_before      bigint           NOT NULL DEFAULT 0,

    -- the claim
    attempt         integer          NOT NULL DEFAULT 0,                              -- of claims, not of failures
    failures        integer          NOT NULL DEFAULT 0,
    lease_owner     text,
    lease_until     bigint,
    is_active       boolean          NOT NULL DEFAULT false,                         -- whether a crash now would be its failure
    progress        double precision NOT NULL DEFAULT 0,

    -- the result
    result_file     text,
    result_width    integer          NOT NULL DEFAULT 0,
    result_height   integer          NOT NULL DEFAULT 0,
    result_bytes    bigint           NOT NULL DEFAULT 0,
    result_model    text,
    note            text,
    seconds         double precision NOT NULL DEFAULT 0,
    error           text,

    -- the delivery
    deliveries      integer          NOT NULL DEFAULT 0,
    told_at         bigint,

    received_at     bigint           NOT NULL,
    queued_at       bigint,
    started_at      bigint,
    ended_at        bigint,

    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK (state <> 'running' OR lease_owner IS NOT NULL),
    CHECK (state <> 'queued' OR lease_owner IS NULL),
    CHECK (state <> 'delivered' OR (lease_owner IS NULL AND told_at IS NOT NULL)),
    CHECK (NOT is_active OR state IN ('received', 'running')),
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
CREATE FUNCTION job_guarded() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE check_violation USING MESSAGE = format('job %s cannot go from %s to %s', NEW.id, OLD.state, NEW.state); END $$;
CREATE FUNCTION job_begun() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE check_violation USING MESSAGE = format('job %s cannot begin as %s', NEW.id, NEW.state); END $$;
CREATE TRIGGER job_begins BEFORE INSERT ON job FOR EACH ROW WHEN (NEW.state NOT IN ('received', 'queued')) EXECUTE FUNCTION job_begun();
CREATE TRIGGER job_goes BEFORE UPDATE ON job FOR EACH ROW WHEN (
    NEW.attempt < OLD.attempt OR
    NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('received', 'queued'), ('received', 'failed'), ('received', 'cancelled'), ('received', 'expired'),
        ('queued', 'running'), ('queued', 'cancelled'), ('queued', 'expired'),
        ('running', 'queued'), ('running', 'upscaled'), ('running', 'failed'), ('running', 'cancelled'),
        ('upscaled', 'delivered'), ('upscaled', 'expired'),
        ('failed', 'queued'), ('cancelled', 'queued'), ('expired', 'queued')))
    EXECUTE FUNCTION job_guarded();

-- Pictures and results, in pieces of 1 MB. They are written before the row that names them, within its transaction, so that
-- what others wait for is locked for a short time only.
CREATE TABLE picture_chunk (
    file   text    NOT NULL,
    number integer NOT NULL,
    job    bigint  NOT NULL REFERENCES job ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    bytes  bytea   NOT NULL,
    PRIMARY KEY (file, number)
);
CREATE INDEX picture_chunk_job ON picture_chunk (job);
ALTER TABLE picture_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL; -- pictures are compressed already

CREATE SEQUENCE job_number;

-- Start-time fair queueing: a class's virtual time is the largest start tag that has been served; a person's finish tag is
-- where that person's next job starts at the earliest.
CREATE TABLE class_clock (class integer PRIMARY KEY CHECK (class BETWEEN 0 AND 3), virtual_time double precision NOT NULL);
INSERT INTO class_clock VALUES (0, 0), (1, 0), (2, 0), (3, 0);
CREATE TABLE finish_tag (class integer NOT NULL, person text NOT NULL, tag double precision NOT NULL, PRIMARY KEY (class, person));
CREATE TABLE person_weight (person text PRIMARY KEY, weight double precision NOT NULL CHECK (weight > 0));

-- Measured speed of each kind of work.
CREATE TABLE work_speed (work text PRIMARY KEY, seconds_per_megapixel double precision NOT NULL CHECK (seconds_per_megapixel > 0));

CREATE TABLE worker (owner text PRIMARY KEY, about text NOT NULL, seen_at bigint NOT NULL);

-- When expired leases were last looked for: a long gap means that the store itself was out, and holders get time to renew.
CREATE TABLE rescue (last_look bigint NOT NULL, not_before bigint NOT NULL);
INSERT INTO rescue VALUES (0, 0);

-- The queue's own name: the folder of a machine that belongs to it is called so.
CREATE TABLE queue_name (name text NOT NULL);
INSERT INTO queue_name VALUES (replace(gen_random_uuid()::text, '-', ''));

-- The time that a test gives, else the server's, at the statement's beginning: the same for all rows, so that indexes serve.
CREATE FUNCTION queue_time(given bigint) RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT coalesce(given, (extract(epoch FROM statement_timestamp()) * 1000)::bigint) $$;

-- Whoever waits is woken. The schema's name tells queues of one database apart.
CREATE FUNCTION job_changed() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_notify('torchupscaler_queue', TG_TABLE_SCHEMA); RETURN NULL; END $$;
CREATE TRIGGER job_came AFTER INSERT ON job FOR EACH ROW EXECUTE FUNCTION job_changed();
CREATE TRIGGER job_moved AFTER UPDATE ON job FOR EACH ROW
    WHEN (NEW.state <> 'running' AND (OLD.state <> NEW.state OR (OLD.lease_owner IS NOT NULL AND NEW.lease_owner IS NULL)))
    EXECUTE FUNCTION job_changed();
