SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE a_table_whose_name_is_so_long_that_postgres_cuts_it_off_at_the_end (id bigint PRIMARY KEY);
CREATE TABLE t (a_column_whose_name_is_so_long_that_postgres_cuts_it_off_at_the_end text);
CREATE INDEX CONCURRENTLY "ein Index mit vielen Umlauten ä ö ü ä ö ü ä ö ü ä ö ü ä ö ü ä" ON orders (id);
CREATE TABLE exactly_sixty_three_bytes_are_what_a_name_may_have_in_postgres_ (id bigint PRIMARY KEY);
