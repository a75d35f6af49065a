-- answer: forward only
-- why: the old code does not find the rows there
-- before:
create table log (at date not null, body text) partition by range (at);
create table log_2025 partition of log for values from ('2025-01-01') to ('2026-01-01');
insert into log values ('2025-05-05', 'x');
-- migration:
alter table log detach partition log_2025;
-- old:
insert into log values ('2025-06-06', 'y');
select count(*) from log;
-- new:
select 1;
