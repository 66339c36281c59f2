-- The old column comes back with its values, because every boolean has its integer. It comes back as the last column:
-- the order of columns is no promise.
ALTER TABLE tasks ALTER COLUMN archived DROP DEFAULT;
ALTER TABLE tasks
    ADD COLUMN is_archived integer NOT NULL DEFAULT 0
        CONSTRAINT tasks_is_archived_check CHECK (is_archived IN (0, 1));
UPDATE tasks SET is_archived = 1 WHERE archived;

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
