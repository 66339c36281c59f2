DROP TRIGGER IF EXISTS tasks_sync_archived ON tasks;
DROP FUNCTION IF EXISTS tasks_sync_archived();
ALTER TABLE tasks DROP COLUMN IF EXISTS archived;
