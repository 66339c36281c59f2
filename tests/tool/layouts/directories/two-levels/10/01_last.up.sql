begin;
comment on table users is 'Größe';
commit;
