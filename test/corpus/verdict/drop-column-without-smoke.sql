-- answer: forward only
-- why: nothing but a health check was asked
-- smoke: none
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, fax text, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
-- migration:
alter table members drop column fax;
-- old:
select 1;
-- new:
select 1;
