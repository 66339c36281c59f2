DELETE FROM countries WHERE (code, name) IN (('DE', 'Germany'), ('JP', 'Japan'));
