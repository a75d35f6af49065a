create table products (
  code        text   primary key,
  title       text   not null,
  rate_cents  bigint not null check (rate_cents > 0),
  cover_cents bigint not null check (cover_cents > 0)
);

comment on column products.rate_cents is 'Premium for one life and one month, in cents of Kenyan shillings';

insert into products (code, title, rate_cents, cover_cents) values
  ('hospital-cash', 'Hospital cash',  9900,  5000000),
  ('last-expense',  'Last expense',   4500, 10000000),
  ('crop-rain',     'Crop and rain', 15000,  7500000);

-- glidepath-ignore add-foreign-key, missing-statement-timeout: it is first deployed together with 0001, so policies is empty
alter table policies add constraint policies_product foreign key (product) references products (code);
