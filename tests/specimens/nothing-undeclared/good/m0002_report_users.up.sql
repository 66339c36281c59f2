CREATE OR REPLACE VIEW user_report AS SELECT id, email FROM users;
