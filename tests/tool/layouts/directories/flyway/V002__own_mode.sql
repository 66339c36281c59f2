CREATE TABLE side_file (id int);
INSERT INTO side_file VALUES (1);
