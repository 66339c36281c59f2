CREATE TABLE earlier (id int);
