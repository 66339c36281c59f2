CREATE TABLE longer (id int);
