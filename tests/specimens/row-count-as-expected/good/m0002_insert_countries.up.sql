INSERT INTO countries (code, name) VALUES ('DE', 'Germany'), ('FR', 'France'), ('JP', 'Japan') ON CONFLICT (code) DO NOTHING;
