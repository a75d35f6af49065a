-- answer: safe
-- why: rows are told apart by all they have
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
-- migration:
create publication p for table members;
alter table members replica identity full;
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
