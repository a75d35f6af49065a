-- answer: safe
-- why: what tools ask before they migrate changes nothing
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
-- migration:
select pg_try_advisory_lock(7);
select set_config('search_path', '', false);
select (information_schema._pg_expandarray(indkey)).n from pg_catalog.pg_index limit 1;
select pg_catalog.version(), current_schema();
select pg_advisory_unlock(7);
create table public.plans (id int);
-- old:
select id, name, mail, level from members order by id;
insert into members (name) values ('Old');
update members set level = level + 1 where name = 'Old';
insert into orders (member_id, total) select id, 3 from members where name = 'Old';
select m.name, o.total from orders o join members m on m.id = o.member_id where o.state = 'open';
delete from orders where member_id in (select id from members where name = 'Old');
delete from members where name = 'Old';
-- new:
select id, name, mail, level from members order by id;
insert into members (name) values ('Old');
update members set level = level + 1 where name = 'Old';
insert into orders (member_id, total) select id, 3 from members where name = 'Old';
select m.name, o.total from orders o join members m on m.id = o.member_id where o.state = 'open';
delete from orders where member_id in (select id from members where name = 'Old');
delete from members where name = 'Old';
