-- Case 4, step 4, in a version of its own: shipped once no running release names the old column.
DROP TRIGGER IF EXISTS tasks_sync_archived ON tasks;
DROP FUNCTION IF EXISTS tasks_sync_archived();
ALTER TABLE tasks ALTER COLUMN archived SET DEFAULT false;
ALTER TABLE tasks DROP COLUMN IF EXISTS is_archived;
