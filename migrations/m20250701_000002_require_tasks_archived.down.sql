-- The constraint is there only where the up was stopped half-way.
ALTER TABLE tasks DROP CONSTRAINT IF EXISTS tasks_archived_set;
ALTER TABLE tasks ALTER COLUMN archived DROP NOT NULL;
