-- pgproof: no-transaction
-- Case 4, step 3. The runbook's SET NOT NULL alone reads the whole table while nobody may read or write it. With a
-- valid CHECK that says the same, it reads nothing; and a CHECK is validated while others work. Outside a transaction,
-- because the lock of the first statement would last while the second one reads.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = 'tasks'::regclass AND conname = 'tasks_archived_set'
    ) THEN
        ALTER TABLE tasks ADD CONSTRAINT tasks_archived_set CHECK (archived IS NOT NULL) NOT VALID;
    END IF;
END
$$;
ALTER TABLE tasks VALIDATE CONSTRAINT tasks_archived_set;
ALTER TABLE tasks ALTER COLUMN archived SET NOT NULL;
ALTER TABLE tasks DROP CONSTRAINT tasks_archived_set;
