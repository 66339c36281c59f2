DROP TABLE app.accounts; DROP SCHEMA app;
