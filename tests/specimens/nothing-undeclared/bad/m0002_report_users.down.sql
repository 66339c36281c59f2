DROP VIEW IF EXISTS user_report;
