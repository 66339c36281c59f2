-- Units whose texts may change when a relation that they read gets or loses a column.
SELECT DISTINCT CASE d.classid
    WHEN 'pg_proc'::regclass THEN (2::int8 << 32) + d.objid::int8
    WHEN 'pg_rewrite'::regclass THEN (SELECT r.ev_class FROM pg_rewrite AS r WHERE r.oid = d.objid)::int8
    ELSE (SELECT p.polrelid FROM pg_policy AS p WHERE p.oid = d.objid)::int8
  END AS unit
FROM pg_depend AS d
WHERE d.refclassid = 'pg_class'::regclass AND {relations:d.refobjid}
  AND d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass)
