DO $pgproof_values$
#variable_conflict use_column
DECLARE
    "pgproof one" record;
    "pgproof passed" bigint[] := '{{}}';
    "pgproof state" text;
BEGIN
    FOR "pgproof one" IN SELECT * FROM unnest({list}) WITH ORDINALITY AS c("pgproof value", place) LOOP
        BEGIN
            PERFORM FROM (SELECT "pgproof one"."pgproof value" AS "pgproof value") AS candidate,
                         LATERAL (SELECT candidate."pgproof value"::{type} AS {column}) AS {alias}
            WHERE {checks};
            IF FOUND THEN
                "pgproof passed" := "pgproof passed" || "pgproof one".place;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS "pgproof state" = RETURNED_SQLSTATE;
            IF "pgproof state" IN ('53100', '53200') OR left("pgproof state", 2) IN ('08', '58')
               OR left("pgproof state", 3) = '57P' THEN
                RAISE;
            END IF;
        END;
    END LOOP;
    PERFORM set_config('pgproof.passed', "pgproof passed"::text, true);
END
$pgproof_values$
