-- pgproof: no-transaction
-- Case 4, step 2: the rows from before the trigger. The runbook's UPDATE without WHERE writes the whole table in one
-- transaction and holds the lock of every row to its end. In batches instead, each committed; a run that was stopped
-- goes on where it was. IS DISTINCT FROM, because `<>` is not true for a NULL: just the rows that matter.
DO $$
DECLARE
    done bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'tasks'::regclass AND attname = 'is_archived' AND NOT attisdropped
    ) THEN
        RETURN;
    END IF;
    SELECT min(id) - 1 INTO done FROM tasks;
    WHILE done IS NOT NULL LOOP
        WITH batch AS (
            SELECT id FROM tasks
            WHERE id > done AND archived IS DISTINCT FROM CAST(is_archived AS boolean)
            ORDER BY id LIMIT 10000
            FOR UPDATE
        ), filled AS (
            UPDATE tasks SET archived = CAST(is_archived AS boolean)
            FROM batch WHERE tasks.id = batch.id
            RETURNING tasks.id
        )
        SELECT max(id) INTO done FROM filled;
        COMMIT;
    END LOOP;
END
$$;
