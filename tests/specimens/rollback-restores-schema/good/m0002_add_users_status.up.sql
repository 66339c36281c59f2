DO $$
BEGIN
    IF to_regtype('user_status') IS NULL THEN
        CREATE TYPE user_status AS ENUM ('active', 'blocked');
    END IF;
END
$$;
ALTER TABLE users ADD COLUMN IF NOT EXISTS status user_status NOT NULL DEFAULT 'active';
