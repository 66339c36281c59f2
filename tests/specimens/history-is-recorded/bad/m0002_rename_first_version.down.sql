UPDATE pgproof_history SET version = 'm0001_create_users' WHERE version = 'm0001_create_accounts';
