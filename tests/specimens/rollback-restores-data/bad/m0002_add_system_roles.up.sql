ALTER TABLE roles ADD COLUMN IF NOT EXISTS is_system boolean NOT NULL DEFAULT false;
INSERT INTO roles (name, is_system) VALUES ('admin', true) ON CONFLICT (name) DO NOTHING;
