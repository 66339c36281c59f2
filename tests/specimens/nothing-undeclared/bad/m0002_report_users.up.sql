CREATE OR REPLACE VIEW user_report AS SELECT id, email, password_hash FROM users;
