import { parseArgs } from 'node:util';

/** What a run of `psql` was asked for. */
export interface PsqlArguments {
  /** In the order given; empty: what stands on standard input. `-` as a file is standard input. */
  readonly actions: readonly { readonly kind: 'command' | 'file'; readonly value: string }[];
  readonly user: string;
  readonly database: string;
  readonly host: string | null;
  readonly port: string | null;
  readonly tuplesOnly: boolean;
  readonly quiet: boolean;
  readonly stopsOnError: boolean;
  readonly singleTransaction: boolean;
}

const OPTIONS = {
  command: { type: 'string', short: 'c', multiple: true },
  file: { type: 'string', short: 'f', multiple: true },
  username: { type: 'string', short: 'U' },
  dbname: { type: 'string', short: 'd' },
  host: { type: 'string', short: 'h' },
  port: { type: 'string', short: 'p' },
  set: { type: 'string', short: 'v', multiple: true },
  variable: { type: 'string', multiple: true },
  'tuples-only': { type: 'boolean', short: 't' },
  'no-align': { type: 'boolean', short: 'A' },
  'no-psqlrc': { type: 'boolean', short: 'X' },
  'no-password': { type: 'boolean', short: 'w' },
  quiet: { type: 'boolean', short: 'q' },
  'single-transaction': { type: 'boolean', short: '1' },
} as const;

/** Reads the arguments. Throws with what psql would say of one that it does not know. */
export function psqlArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): PsqlArguments {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    tokens: true,
  });
  const [database, user] = positionals;
  const actions = tokens.flatMap((token) =>
    token.kind === 'option' && (token.name === 'command' || token.name === 'file')
      ? [{ kind: token.name, value: token.value ?? '' }]
      : [],
  );
  const role = values.username ?? user ?? env['PGUSER'] ?? 'postgres';
  return {
    actions,
    user: role,
    database: values.dbname ?? database ?? env['PGDATABASE'] ?? role,
    host: values.host ?? env['PGHOST'] ?? null,
    port: values.port ?? env['PGPORT'] ?? null,
    tuplesOnly: values['tuples-only'] ?? false,
    quiet: values.quiet ?? false,
    stopsOnError: stopsOnError([...(values.set ?? []), ...(values.variable ?? [])]),
    singleTransaction: values['single-transaction'] ?? false,
  };
}

function stopsOnError(settings: readonly string[]): boolean {
  let stops = false;
  for (const setting of settings) {
    const [name = '', value = ''] = setting.split('=', 2);
    if (name !== 'ON_ERROR_STOP')
      throw new Error(`variable "${name}" is not known to the local cloud's psql`);
    stops = ['1', 'on', 'true', 'yes'].includes(value.toLowerCase());
  }
  return stops;
}
