BEGIN;

CREATE TABLE own (id int);

COMMIT;
