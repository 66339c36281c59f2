DO $pgproof_rows$
DECLARE
    one record;
    touched bigint;
    taken bigint := 0;
    held bigint;
    state text;
    said text;
    refusal text := '';
BEGIN
    SELECT count(*) INTO held FROM {table};
    FOR one IN SELECT * FROM unnest({lists}) AS c({names}) LOOP
        BEGIN
            INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({values}) {conflict};
            GET DIAGNOSTICS touched = ROW_COUNT;
            IF touched = 0 AND {may_redirect} THEN -- a trigger may have put the row into a table that inherits
                SELECT count(*) - held - taken INTO touched FROM {table};
            END IF;
            taken := taken + touched;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
            IF state IN ('53100', '53200') OR left(state, 2) IN ('08', '58') OR left(state, 3) = '57P' THEN
                RAISE;
            END IF;
            refusal := said || ' (' || state || ')';
        END;
        EXIT WHEN taken >= {wanted};
    END LOOP;
    PERFORM set_config('pgproof.taken', json_build_object('rows', taken, 'refusal', refusal)::text, true);
END
$pgproof_rows$
