INSERT INTO countries (code, name) VALUES ('DE', 'Germany'), ('JP', 'Japan') ON CONFLICT (code) DO NOTHING;
