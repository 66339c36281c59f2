DELETE FROM countries WHERE (code, name) IN (('DE', 'Germany'), ('FR', 'France'), ('JP', 'Japan'));
