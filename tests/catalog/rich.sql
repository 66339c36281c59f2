-- One of each thing that a catalog holds, in the words that PostgreSQL 14 to 18 share.
CREATE SCHEMA "Über uns";
CREATE SCHEMA plain;
CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'it''s "fine", really');
CREATE TYPE "Über uns"."Adr esse" AS (street text COLLATE "C", number integer, at public.mood);
CREATE DOMAIN public.positive AS integer DEFAULT 1 NOT NULL CHECK (VALUE > 0) CONSTRAINT small CHECK (VALUE < 1000);
CREATE DOMAIN plain.word AS text COLLATE "C" CHECK (VALUE <> '');
CREATE TYPE plain.span AS RANGE (subtype = timestamptz, multirange_type_name = plain.spans);
CREATE FUNCTION plain.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE FUNCTION plain.whole(n integer) RETURNS integer LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT plain.twice(n) + 1; END;
CREATE PROCEDURE plain.nothing(INOUT x text DEFAULT 'a') LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN NULL; END $$;
CREATE FUNCTION plain.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE AGGREGATE plain.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE);
CREATE SEQUENCE public.numbers AS smallint START 5 INCREMENT 5 MAXVALUE 1000 CACHE 3 CYCLE;
CREATE TABLE public.people (
  id bigint GENERATED ALWAYS AS IDENTITY (START 10) PRIMARY KEY,
  serial_no serial,
  name varchar(100) NOT NULL DEFAULT 'nobody',
  "E-Mail" text COLLATE "C" UNIQUE,
  feels public.mood DEFAULT 'ok',
  age public.positive,
  lives "Über uns"."Adr esse",
  tags text[] NOT NULL DEFAULT '{}',
  born date CHECK (born > '1900-01-01'),
  made timestamptz DEFAULT now() NOT NULL,
  code integer DEFAULT nextval('public.numbers'),
  full_name text GENERATED ALWAYS AS (upper(name::text)) STORED,
  during tstzrange,
  parent bigint REFERENCES public.people (id) ON DELETE SET NULL,
  CHECK (age < 200 OR born IS NULL),
  CONSTRAINT named_by_hand CHECK (length(name::text) > 0),
  EXCLUDE USING gist (during WITH &&)
);
ALTER SEQUENCE public.numbers OWNED BY public.people.code;
ALTER TABLE public.people ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN "E-Mail" SET STORAGE EXTERNAL,
  ALTER COLUMN born SET (n_distinct = 5);
ALTER TABLE public.people SET (fillfactor = 70, toast.autovacuum_enabled = false);
CREATE INDEX ON public.people (name);
CREATE INDEX ON public.people (name);
CREATE INDEX ON public.people (lower(name::text), (age + 1));
ALTER INDEX public.people_lower_expr_idx ALTER COLUMN 2 SET STATISTICS 77;
CREATE INDEX "by Age" ON public.people USING btree (age DESC NULLS LAST, name varchar_pattern_ops) INCLUDE (born)
  WITH (fillfactor = 50) WHERE feels = 'sad' AND made > '2020-01-01 00:00:00+09';
CREATE UNIQUE INDEX people_name_born ON public.people (name, born) WHERE age IS NOT NULL;
ALTER TABLE public.people REPLICA IDENTITY FULL;
ALTER TABLE public.people CLUSTER ON people_name_idx;
CREATE TABLE "Über uns"."Order Items" (
  "Person Id" bigint NOT NULL, line integer, note text,
  PRIMARY KEY ("Person Id", line),
  CONSTRAINT "Ordered By" FOREIGN KEY ("Person Id") REFERENCES public.people DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE plain.match_full (
  a bigint, b integer,
  FOREIGN KEY (a, b) REFERENCES "Über uns"."Order Items" MATCH FULL ON UPDATE CASCADE
);
ALTER TABLE plain.match_full ADD CONSTRAINT later CHECK (a > b) NOT VALID;
ALTER TABLE plain.match_full ADD CONSTRAINT unproven FOREIGN KEY (a) REFERENCES public.people NOT VALID;
CREATE UNLOGGED TABLE plain.quick (LIKE public.people INCLUDING DEFAULTS);
CREATE TABLE plain.a_name_so_long_that_what_is_made_of_it_does_not_fit_into_a_name (
  id integer PRIMARY KEY, another_name_that_is_rather_long integer UNIQUE CHECK (another_name_that_is_rather_long > 0)
);
CREATE TABLE plain.events (at timestamptz NOT NULL, kind text NOT NULL, who bigint REFERENCES public.people,
  PRIMARY KEY (at, kind), CHECK (kind <> '')) PARTITION BY RANGE (at);
CREATE TABLE plain.events_2024 PARTITION OF plain.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE plain.events_rest PARTITION OF plain.events DEFAULT;
CREATE INDEX ON plain.events (who);
CREATE TABLE plain.log_of_events (at timestamptz, kind text, FOREIGN KEY (at, kind) REFERENCES plain.events);
CREATE TABLE plain.master (id integer PRIMARY KEY);
CREATE TABLE plain.detail (master integer REFERENCES plain.master);
CREATE TABLE plain.child (extra integer) INHERITS (plain.match_full);
CREATE TABLE plain.typed OF "Über uns"."Adr esse" (number WITH OPTIONS NOT NULL);
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE OF name ON public.people FOR EACH ROW
  WHEN (NEW.name IS NOT NULL) EXECUTE FUNCTION plain.stamp();
CREATE TRIGGER "Sleeping" AFTER DELETE ON public.people REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION plain.stamp();
CREATE CONSTRAINT TRIGGER watched AFTER INSERT ON plain.match_full DEFERRABLE FOR EACH ROW EXECUTE FUNCTION plain.stamp();
CREATE TRIGGER partitioned AFTER INSERT ON plain.events FOR EACH ROW EXECUTE FUNCTION plain.stamp();
ALTER TABLE public.people DISABLE TRIGGER "Sleeping";
ALTER TABLE plain.match_full DISABLE TRIGGER ALL;
CREATE VIEW public.names AS SELECT p.id, p.name, p.feels FROM public.people p WHERE p.age > 3 ORDER BY p.name;
CREATE VIEW public.simple WITH (security_barrier) AS
  SELECT name AS n, "E-Mail", (lives).street, count(*) OVER (PARTITION BY feels) FROM public.people;
CREATE VIEW plain.joined AS SELECT p.name, i.line FROM public.people p JOIN "Über uns"."Order Items" i
  ON i."Person Id" = p.id WHERE EXISTS (SELECT FROM plain.events e WHERE e.who = p.id);
CREATE VIEW plain.grouped AS SELECT feels, count(*) AS n, max(born) FROM public.people
  WHERE id IN (SELECT m.a FROM plain.match_full m WHERE m.a = people.id) GROUP BY feels HAVING count(*) > 1;
CREATE VIEW plain.united AS SELECT name FROM public.people UNION ALL SELECT kind FROM plain.events;
CREATE VIEW plain."with" AS WITH x AS (SELECT p.id FROM public.people p) SELECT x.id FROM x;
CREATE VIEW plain.valued AS SELECT v.a FROM (VALUES (1), (2)) AS v (a);
CREATE MATERIALIZED VIEW plain.kept AS SELECT feels, count(*) AS n FROM public.people GROUP BY feels WITH NO DATA;
CREATE UNIQUE INDEX ON plain.kept (feels);
CREATE STATISTICS plain.people_name_born_stat (ndistinct, dependencies) ON name, born FROM public.people;
CREATE STATISTICS public.by_hand ON lower(name::text), age FROM public.people;
ALTER STATISTICS public.by_hand SET STATISTICS 99;
CREATE STATISTICS plain.of_view ON feels, n FROM plain.kept;
CREATE FUNCTION plain.mood_number(public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (public.mood AS integer) WITH FUNCTION plain.mood_number(public.mood) AS ASSIGNMENT;
CREATE OPERATOR plain.<<< (FUNCTION = int4lt, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(plain.>>>),
  RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR plain.>>> (FUNCTION = int4gt, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(plain.<<<));
CREATE OPERATOR plain.!! (FUNCTION = int4um, RIGHTARG = integer);
CREATE OPERATOR FAMILY plain.whole_numbers USING btree;
CREATE OPERATOR CLASS plain.ints FOR TYPE integer USING btree FAMILY plain.whole_numbers AS
  OPERATOR 1 plain.<<<, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 plain.>>>, FUNCTION 1 btint4cmp(integer, integer);
CREATE COLLATION plain."By te" (LOCALE = 'C');
CREATE COLLATION plain.mixed (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE TEXT SEARCH DICTIONARY plain.words (TEMPLATE = pg_catalog.simple, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION plain.searching (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION plain.searching ALTER MAPPING FOR asciiword, word WITH plain.words, simple;
CREATE TEXT SEARCH PARSER plain.cutting (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
  LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE plain.pattern (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE FOREIGN DATA WRAPPER far OPTIONS (debug 'true');
CREATE SERVER "else where" TYPE 'old' VERSION '1' FOREIGN DATA WRAPPER far OPTIONS (host 'h', api_token 'sesame');
CREATE USER MAPPING FOR PUBLIC SERVER "else where" OPTIONS (user 'reader', password 'sesame');
CREATE FOREIGN TABLE plain.abroad (id integer OPTIONS (name 'i'), note text) SERVER "else where" OPTIONS (name 'x');
CREATE TRUSTED LANGUAGE talk HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal),
  TO SQL WITH FUNCTION int4recv(internal));
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE PUBLICATION "news of all" FOR ALL TABLES WITH (publish = 'insert, update');
CREATE PUBLICATION news FOR TABLE public.people, plain.events WITH (publish_via_partition_root);
CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('CREATE VIEW', 'CREATE TABLE') EXECUTE FUNCTION public.watch();
CREATE EVENT TRIGGER watched ON sql_drop EXECUTE FUNCTION public.watch();
ALTER EVENT TRIGGER watched DISABLE;
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
  EXECUTE format('ALTER DATABASE %I SET app.jwt_secret = ''sesame''', current_database());
  EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET work_mem = ''6MB''', current_database());
  EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database());
  PERFORM lo_create(0), lo_create(0);
END $$;
DO $$ BEGIN
  EXECUTE (SELECT format('GRANT SELECT ON LARGE OBJECT %s TO PUBLIC', min(oid)) FROM pg_largeobject_metadata);
END $$;
GRANT USAGE ON FOREIGN DATA WRAPPER far TO PUBLIC;
GRANT USAGE ON FOREIGN SERVER "else where" TO PUBLIC;
GRANT USAGE ON LANGUAGE talk TO pg_monitor;
CREATE RULE quiet AS ON INSERT TO plain.quick DO INSTEAD NOTHING;
CREATE RULE loud AS ON UPDATE TO plain.quick DO ALSO NOTIFY quick;
ALTER TABLE plain.quick ENABLE ALWAYS RULE loud;
ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.people AS RESTRICTIVE FOR SELECT USING (name::text = CURRENT_USER);
CREATE POLICY "all of it" ON public.people FOR ALL TO PUBLIC USING (true)
  WITH CHECK (id IN (SELECT m.a FROM plain.match_full m));
GRANT ALL ON public.people TO PUBLIC;
GRANT SELECT, INSERT (a, b) ON plain.match_full TO PUBLIC;
REVOKE ALL ON FUNCTION plain.twice(integer) FROM PUBLIC;
GRANT USAGE ON SCHEMA plain TO PUBLIC;
GRANT USAGE ON SEQUENCE public.numbers TO PUBLIC;
REVOKE USAGE ON TYPE public.mood FROM PUBLIC;
GRANT SELECT ON plain.joined TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA plain GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMENT ON SCHEMA plain IS 'plain things';
COMMENT ON TABLE public.people IS 'all of us';
COMMENT ON COLUMN public.people."E-Mail" IS 'where to write';
COMMENT ON INDEX "by Age" IS 'by hand';
COMMENT ON CONSTRAINT named_by_hand ON public.people IS 'not empty';
COMMENT ON CONSTRAINT small ON DOMAIN public.positive IS 'not large';
COMMENT ON TRIGGER stamped ON public.people IS 'a stamp';
COMMENT ON RULE loud ON plain.quick IS 'a rule';
COMMENT ON POLICY own ON public.people IS 'one''s own';
COMMENT ON FUNCTION plain.twice(integer) IS 'two times';
COMMENT ON AGGREGATE plain.total(integer) IS 'sum';
COMMENT ON TYPE public.mood IS 'feelings';
COMMENT ON TYPE "Über uns"."Adr esse" IS 'where';
COMMENT ON VIEW public.names IS 'only names';
COMMENT ON MATERIALIZED VIEW plain.kept IS 'kept';
COMMENT ON SEQUENCE public.numbers IS 'by five';
COMMENT ON STATISTICS public.by_hand IS 'some';
COMMENT ON OPERATOR plain.<<< (integer, integer) IS 'less';
COMMENT ON COLLATION plain."By te" IS 'bytes';
COMMENT ON TEXT SEARCH CONFIGURATION plain.searching IS 'finds';
COMMENT ON SERVER "else where" IS 'not here';
COMMENT ON EVENT TRIGGER watching IS 'sees';
COMMENT ON PUBLICATION news IS 'new';
COMMENT ON CAST (public.mood AS integer) IS 'a number';
