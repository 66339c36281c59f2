DROP TABLE earlier;
