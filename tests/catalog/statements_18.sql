ALTER TABLE plain.events RENAME CONSTRAINT events_at_not_null TO must
ALTER TABLE "Über uns"."Order Items" ADD CONSTRAINT noted NOT NULL note NOT VALID
ALTER TABLE "Über uns"."Order Items" ADD NOT NULL note NO INHERIT
ALTER TABLE public.people ADD CONSTRAINT lax CHECK (age > 5) NOT ENFORCED
ALTER TABLE public.people ALTER CONSTRAINT people_parent_fkey NOT ENFORCED
ALTER TABLE public.people ADD COLUMN half integer GENERATED ALWAYS AS (serial_no / 2) VIRTUAL
