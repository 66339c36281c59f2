-- Case 4, step 1: the flag tasks.is_archived (integer) becomes tasks.archived (boolean).
-- The runbook loses what the application writes between copying (2) and dropping (4). Here a trigger keeps both
-- columns the same, so that the release that writes the old one and the release that writes the new one can run side
-- by side, and the old column goes when nobody writes it any more.
-- The runbook's step 5, renaming the new column to the old name, is left out on purpose: whichever release is running
-- breaks at that moment.
-- Where the old column is gone already (the whole history applied again, Case 1), there is nothing to do.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'tasks'::regclass AND attname = 'is_archived' AND NOT attisdropped
    ) THEN
        RETURN;
    END IF;
    ALTER TABLE tasks ADD COLUMN IF NOT EXISTS archived boolean;
    CREATE OR REPLACE FUNCTION tasks_sync_archived() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.archived IS NULL OR (TG_OP = 'UPDATE' AND NEW.is_archived <> OLD.is_archived) THEN
        NEW.archived := CAST(NEW.is_archived AS boolean);
    ELSE
        NEW.is_archived := CAST(NEW.archived AS integer);
    END IF;
    RETURN NEW;
END
$body$;
    CREATE OR REPLACE TRIGGER tasks_sync_archived BEFORE INSERT OR UPDATE ON tasks
        FOR EACH ROW EXECUTE FUNCTION tasks_sync_archived();
END
$$;
