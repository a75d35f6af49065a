-- answer: safe
-- why: the table above and those below it are new
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
-- migration:
create table p (id int, v int) partition by range (id);
create table p1 (like p);
alter table p attach partition p1 for values from (0) to (10);
create table p2 partition of p for values from (10) to (20);
insert into p values (1, 1), (11, 2);
delete from p where id = 1;
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
