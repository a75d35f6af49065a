-- answer: code only
-- why: the function ran without being named: only the counts of the server tell
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
create table log (at timestamptz not null default now(), line text);
insert into log (line) values ('one'), ('two');
-- migration:
create function fy() returns int language plpgsql as $$ begin update log set line = 'gone'; return 1; end $$;
create table x (id int, k int default fy());
insert into x (id) values (1);
-- old:
select id, name, mail, level from members order by id;
insert into members (name) values ('Old');
update members set level = level + 1 where name = 'Old';
insert into orders (member_id, total) select id, 3 from members where name = 'Old';
select m.name, o.total from orders o join members m on m.id = o.member_id where o.state = 'open';
delete from orders where member_id in (select id from members where name = 'Old');
delete from members where name = 'Old';
select at, line from log;
insert into log (line) values ('old');
-- new:
select id, name, mail, level from members order by id;
insert into members (name) values ('Old');
update members set level = level + 1 where name = 'Old';
insert into orders (member_id, total) select id, 3 from members where name = 'Old';
select m.name, o.total from orders o join members m on m.id = o.member_id where o.state = 'open';
delete from orders where member_id in (select id from members where name = 'Old');
delete from members where name = 'Old';
