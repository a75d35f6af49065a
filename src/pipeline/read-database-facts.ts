import type { Client } from 'pg';
import type { ForeignKeyFacts, IndexFacts, TableFacts, ViewFacts } from '../migrations/lint/finding.ts';
import type { Clock } from '../util/clock.ts';

/** What the linter may know of a database before it looks at the first statement. */
export interface DatabaseFacts {
  /** Major version of the server. */
  readonly postgresVersion: number;
  /** By `schema.table`; all that there are. */
  readonly tables: Readonly<Record<string, TableFacts>>;
}

/** Between two readings of the counters: servers write them down about once in a second. */
const SAMPLE_MS = 1_500;

/**
 * Reads the tables of a database, their sizes, and how many rows of each are read and written in a second, by two readings
 * of the counters. Nothing is locked but the catalog, and no row of a table is read.
 */
export async function readDatabaseFacts(
  client: Client,
  clock: Clock,
  signal?: AbortSignal,
): Promise<DatabaseFacts> {
  const { rows: versions } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int4 / 10000 as version`,
  );
  const before = await readCounters(client);
  const startedAt = clock.now();
  await clock.sleep(SAMPLE_MS, signal);
  const after = await readCounters(client);
  const seconds = Math.max(1, clock.now() - startedAt) / 1000;
  const [tables, columns, keys, indexes, views] = [
    await all<TableRow>(client, TABLES),
    await all<ColumnRow>(client, COLUMNS),
    await all<KeyRow>(client, FOREIGN_KEYS),
    await all<IndexRow>(client, INDEXES),
    await all<ViewRow>(client, VIEWS),
  ];
  const factsOf = (table: TableRow): TableFacts => ({
    exists: true,
    rows: table.rows,
    bytes: table.bytes,
    accessesPerSecond: Math.max(0, ((after.get(table.name) ?? 0) - (before.get(table.name) ?? 0)) / seconds),
    columns: Object.fromEntries(
      columns
        .filter((column) => column.table === table.name)
        .map(({ name, type, is_not_null: isNotNull }) => [name, { type, isNotNull }]),
    ),
    foreignKeys: keys.filter((key) => key.table === table.name).map(toForeignKey),
    indexes: Object.fromEntries(
      indexes.filter((index) => index.table === table.name).map((index) => [index.name, toIndex(index)]),
    ),
    views: views.filter((view) => view.table === table.name).map(toView),
  });
  return {
    postgresVersion: versions[0]?.version ?? 0,
    tables: Object.fromEntries(tables.map((table) => [table.name, factsOf(table)])),
  };
}

interface TableRow {
  /** `schema.table`, without quotes. */
  readonly name: string;
  readonly rows: number | null;
  readonly bytes: number;
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly is_not_null: boolean;
}

interface KeyRow {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly other: string;
}

interface IndexRow {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[] | null;
  readonly is_unique: boolean;
}

interface ViewRow {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[] | null;
  readonly is_materialized: boolean;
  readonly definition: string | null;
}

async function all<Row extends object>(client: Client, text: string): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>(text);
  return rows;
}

async function readCounters(client: Client): Promise<ReadonlyMap<string, number>> {
  // Within one transaction the counters stand still; each query here is one of its own.
  const rows = await all<{ name: string; accesses: number }>(client, COUNTERS);
  return new Map(rows.map(({ name, accesses }) => [name, accesses]));
}

function toForeignKey({ name, columns, other: references }: KeyRow): ForeignKeyFacts {
  return { name, columns, references };
}

function toIndex({ columns, is_unique: isUnique }: IndexRow): IndexFacts {
  return { columns: columns ?? [], isUnique };
}

function toView({ name, columns, is_materialized: isMaterialized, definition }: ViewRow): ViewFacts {
  return { name, columns: columns ?? [], isMaterialized, definition };
}

/** Everything that is somebody's own: not Postgres', not temporary. */
const OWN = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'`;

/** A partitioned table is as large as its partitions. Below zero: nobody has counted the rows yet, unless there are none. */
const TABLES = `
  select n.nspname || '.' || c.relname as name, sizes.rows, sizes.bytes
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join lateral (
    select sum(case when p.reltuples >= 0 then p.reltuples
                    when pg_catalog.pg_relation_size(p.oid) = 0 then 0 end)::float8 as rows,
           coalesce(sum(pg_catalog.pg_total_relation_size(p.oid)), 0)::float8 as bytes
    from pg_catalog.pg_class p
    where p.oid = c.oid and c.relkind <> 'p'
       or c.relkind = 'p' and p.oid in (select t.relid from pg_catalog.pg_partition_tree(c.oid) t where t.isleaf)
  ) sizes
  where c.relkind in ('r', 'm', 'p') and ${OWN}
  order by 1`;

const COUNTERS = `
  select schemaname || '.' || relname as name,
         (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) + n_tup_ins + n_tup_upd + n_tup_del)::float8 as accesses
  from pg_catalog.pg_stat_user_tables`;

const COLUMNS = `
  select n.nspname || '.' || c.relname as "table", a.attname::text as name,
         pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as is_not_null
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm', 'p') and a.attnum > 0 and not a.attisdropped and ${OWN}
  order by c.oid, a.attnum`;

const FOREIGN_KEYS = `
  select n.nspname || '.' || c.relname as "table", k.conname::text as name,
         array(select a.attname::text from unnest(k.conkey) with ordinality as u(num, at)
               join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.at) as columns,
         rn.nspname || '.' || r.relname as other
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class c on c.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class r on r.oid = k.confrelid
  join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
  where k.contype = 'f' and ${OWN}
  order by 1, 2`;

/** Columns are told only of an index that has nothing else. */
const INDEXES = `
  select n.nspname || '.' || c.relname as "table", i.relname::text as name, x.indisunique as is_unique,
         case when x.indexprs is null then
           array(select a.attname::text from unnest(x.indkey::int2[]) with ordinality as u(num, at)
                 join pg_catalog.pg_attribute a on a.attrelid = x.indrelid and a.attnum = u.num
                 where u.at <= x.indnkeyatts order by u.at) end as columns
  from pg_catalog.pg_index x
  join pg_catalog.pg_class i on i.oid = x.indexrelid
  join pg_catalog.pg_class c on c.oid = x.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${OWN}
  order by 1, 2`;

/** A view's rule depends on each column that it reads. */
const VIEWS = `
  select n.nspname || '.' || c.relname as "table", vn.nspname || '.' || v.relname as name,
         v.relkind = 'm' as is_materialized, pg_catalog.pg_get_viewdef(v.oid) as definition,
         array_agg(distinct a.attname::text) filter (where a.attname is not null) as columns
  from pg_catalog.pg_depend d
  join pg_catalog.pg_rewrite w on d.classid = 'pg_catalog.pg_rewrite'::regclass and w.oid = d.objid
  join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind in ('v', 'm')
  join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
  join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::regclass and c.oid = d.refobjid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
  where c.oid <> v.oid and c.relkind in ('r', 'm', 'p') and ${OWN}
  group by 1, 2, 3, v.oid
  order by 1, 2`;
