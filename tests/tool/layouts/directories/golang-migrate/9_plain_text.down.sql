DROP TABLE plain_text;
