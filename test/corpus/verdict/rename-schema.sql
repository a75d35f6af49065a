-- answer: forward only
-- why: the old code names it
-- before:
create schema shop;
create table shop.items (id int primary key);
-- migration:
alter schema shop rename to store;
-- old:
select id from shop.items;
-- new:
select id from store.items;
