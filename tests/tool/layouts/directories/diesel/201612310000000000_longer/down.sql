DROP TABLE longer;
