-- Event triggers, foreign-data wrappers and subscriptions ask for an owner that is a superuser: they go to this session's.
DO $pgproof$
DECLARE
  found text;
BEGIN
  FOR found IN
    SELECT format('EVENT TRIGGER %I', evtname) FROM pg_event_trigger WHERE evtowner = '{tool}'::regrole
    UNION ALL
    SELECT format('FOREIGN DATA WRAPPER %I', fdwname) FROM pg_foreign_data_wrapper WHERE fdwowner = '{tool}'::regrole
  LOOP
    EXECUTE format('ALTER %s OWNER TO CURRENT_USER', found);
  END LOOP;
END $pgproof$;
REASSIGN OWNED BY {tool} TO {role};
