-- answer: code only
-- why: the rows were changed while the schema had another name
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
create schema shop;
create table shop.plans (price int);
insert into shop.plans values (7);
-- migration:
alter schema shop rename to s2;
update s2.plans set price = 0;
alter schema s2 rename to shop;
-- old:
select id, name, mail, level from members order by id;
insert into members (name) values ('Old');
update members set level = level + 1 where name = 'Old';
insert into orders (member_id, total) select id, 3 from members where name = 'Old';
select m.name, o.total from orders o join members m on m.id = o.member_id where o.state = 'open';
delete from orders where member_id in (select id from members where name = 'Old');
delete from members where name = 'Old';
select price from shop.plans;
-- new:
select id, name, mail, level from members order by id;
insert into members (name) values ('Old');
update members set level = level + 1 where name = 'Old';
insert into orders (member_id, total) select id, 3 from members where name = 'Old';
select m.name, o.total from orders o join members m on m.id = o.member_id where o.state = 'open';
delete from orders where member_id in (select id from members where name = 'Old');
delete from members where name = 'Old';
