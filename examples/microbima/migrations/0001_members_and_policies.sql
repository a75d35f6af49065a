create table members (
  id         bigint generated always as identity primary key,
  name       text        not null check (length(name) between 1 and 200),
  phone      text        not null unique check (phone ~ '^\+[0-9]{9,15}$'),
  created_at timestamptz not null default now()
);

create table policies (
  number        text        primary key check (number ~ '^MB-[0-9A-Z]{8}$'),
  member_id     bigint      not null references members (id),
  product       text        not null,
  lives         integer     not null check (lives between 1 and 12),
  months        integer     not null check (months between 1 and 24),
  premium_cents bigint      not null check (premium_cents > 0),
  status        text        not null default 'active' check (status in ('active', 'lapsed', 'cancelled')),
  created_at    timestamptz not null default now()
);

create index policies_member_id on policies (member_id);
create index policies_created_at on policies (created_at desc);
