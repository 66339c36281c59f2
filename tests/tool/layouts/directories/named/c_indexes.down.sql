DROP INDEX users_mail, users_name;
