INSERT INTO plans (name, price) VALUES ('free', 0), ('team', 9.90) ON CONFLICT (name) DO NOTHING;
