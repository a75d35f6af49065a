-- answer: forward only
-- why: the old code names it where it was
-- before:
create table members (id int generated always as identity primary key, name text not null, mail text unique, level int not null default 1);
insert into members (name, mail) values ('Ada', 'ada@x.example'), ('Bob', null);
create table orders (id int generated always as identity primary key, member_id int not null references members (id), total numeric(10, 2) not null, state text not null default 'open');
insert into orders (member_id, total) values (1, 12.50);
create table archive (id int primary key);
-- migration:
create schema store;
alter table archive set schema store;
-- old:
select id from public.archive;
-- new:
select id from store.archive;
