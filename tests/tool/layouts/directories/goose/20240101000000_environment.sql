-- +goose Up
-- +goose ENVSUB ON
CREATE TABLE environment AS SELECT '${PGPROOF_TEST_UNSET:-Grüße}' AS word, '$PGPROOF_TEST_UNSET' AS nothing,
    '$$' AS dollar;
-- +goose ENVSUB OFF
CREATE TABLE "no ${PGPROOF_TEST_UNSET:-x}" (id int);
