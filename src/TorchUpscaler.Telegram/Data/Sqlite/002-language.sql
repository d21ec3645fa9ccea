-- The language of a status message: it has to say its last even where the person and the jobs have been erased.
ALTER TABLE bot_status ADD COLUMN language TEXT;
