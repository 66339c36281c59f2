begin;
drop table plain_text;
commit;
