-- pgproof: no-transaction
-- 問題3, a back-fill in batches. What is wrong with the runbook's block:
-- * COMMIT inside DO fails in a transaction (2D000), and most tools open one: hence the first line.
-- * `column_name != new_value` is not true for a NULL: the block ends before its first batch, without a word.
-- * The condition stands twice, once with `!=` and once without; where the two part, the loop never ends.
-- * Each batch searches the table from its start. Here it goes on behind the last key.
-- A name that somebody has chosen is kept: only NULLs are filled.
DO $$
DECLARE
    done bigint;
BEGIN
    SELECT min(id) - 1 INTO done FROM users;
    WHILE done IS NOT NULL LOOP
        WITH batch AS (
            SELECT id FROM users
            WHERE id > done AND display_name IS NULL
            ORDER BY id LIMIT 10000
            FOR UPDATE
        ), filled AS (
            UPDATE users SET display_name = split_part(email, '@', 1)
            FROM batch WHERE users.id = batch.id
            RETURNING users.id
        )
        SELECT max(id) INTO done FROM filled;
        COMMIT;
    END LOOP;
END
$$;
