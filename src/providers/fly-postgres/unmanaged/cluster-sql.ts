/** A text as SQL writes it, whatever is in it: quotes doubled, and backslashes kept as they are by every setting. */
export function sqlText(value: string): string {
  const quoted = value.replaceAll("'", "''");
  return value.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/** A name as SQL writes it, whatever is in it. */
export function sqlName(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

/** No statement with a password in it gets into the server's log, neither as such nor because it failed. */
const SAY_NOTHING = `set log_statement = 'none';
set log_min_error_statement = 'panic';
set log_min_duration_statement = -1;
set client_min_messages = 'warning';`;

/**
 * Makes the login where it is missing, and prints its password and whether its database is there: `4f0c…|t`. The password
 * is made by the server and kept in a table that only superusers can read, because nobody could know it again otherwise:
 * secrets of apps on Fly cannot be read back. It is set once. One that was lost is set anew.
 */
export function loginSql(name: string): string {
  return `${SAY_NOTHING}
do $glidepath$
declare
  login constant text := ${sqlText(name)};
  secret text;
begin
  perform pg_advisory_xact_lock(${LOGIN_LOCK});
  create schema if not exists glidepath;
  revoke all on schema glidepath from public;
  create table if not exists glidepath.login (name text primary key, password text not null);
  revoke all on glidepath.login from public;
  select password into secret from glidepath.login l where l.name = login;
  if secret is null then
    secret := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    insert into glidepath.login values (login, secret);
  elsif exists (select from pg_roles where rolname = login and rolcanlogin) then
    return;
  end if;
  if not exists (select from pg_roles where rolname = login) then
    execute format('create role %I', login);
  end if;
  execute format('alter role %I login password %L', login, secret);
  execute format('grant pg_monitor to %I', login);
end $glidepath$;
select l.password || '|' || case when d.datname is null then 'f' else 't' end
  from glidepath.login l left join pg_database d on d.datname = l.name where l.name = ${sqlText(name)};`;
}

/** Two at once would both find no login. Any number does; this one is `pgsl` in ASCII. */
const LOGIN_LOCK = 1_885_828_972;

/** The database of a login, which owns it. Not inside a transaction. */
export function databaseSql(name: string): string {
  return `create database ${sqlName(name)} owner ${sqlName(name)};`;
}

/** Takes the login's password and its right to come in away, and ends its connections; what it owns stays. */
export function dropLoginSql(name: string): string {
  return `${SAY_NOTHING}
do $glidepath$
begin
  if exists (select from pg_roles where rolname = ${sqlText(name)}) then
    execute format('alter role %I nologin password null', ${sqlText(name)});
  end if;
  if to_regclass('glidepath.login') is not null then
    delete from glidepath.login l where l.name = ${sqlText(name)};
  end if;
end $glidepath$;
select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = ${sqlText(name)};`;
}

/** Empties every table that is not the server's own. */
export const EMPTY_TABLES_SQL = `do $glidepath$
declare
  tables text;
begin
  select string_agg(format('%I.%I', schemaname, tablename), ', ') into tables
    from pg_tables where schemaname !~ '^pg_' and schemaname not in ('information_schema', 'glidepath');
  if tables is not null then
    execute 'truncate table ' || tables || ' restart identity cascade';
  end if;
end $glidepath$;`;
