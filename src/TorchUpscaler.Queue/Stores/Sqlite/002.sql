-- A job that is handed in twice under one key is one job.

ALTER TABLE job ADD COLUMN key TEXT;
CREATE UNIQUE INDEX job_key ON job (front_end, key) WHERE key IS NOT NULL;
