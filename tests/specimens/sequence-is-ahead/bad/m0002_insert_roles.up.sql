INSERT INTO roles (id, name) VALUES (1, 'admin'), (2, 'editor'), (3, 'viewer') ON CONFLICT (id) DO NOTHING;
