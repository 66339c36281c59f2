-- The rows that the up made. The sequence stays ahead: a number is never given out twice.
DELETE FROM roles WHERE (id, name) IN ((1, 'admin'), (2, 'member'), (3, 'viewer'));
