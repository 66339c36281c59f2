COMMENT ON TABLE users IS 'Größe';
