import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { Client, DatabaseError, QueryArrayResult } from 'pg';
import { psqlArguments } from './psql-arguments.ts';
import type { PsqlArguments } from './psql-arguments.ts';
import { splitStatements } from './split-statements.ts';

/** Where it reads and writes. */
export interface PsqlStreams {
  readonly stdin: Readable;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** psql's own exit codes (its manual, "Exit Status"). */
const EXIT = { fine: 0, failed: 1, notConnected: 2, scriptFailed: 3 } as const;
/** As long as a server that has just been started may take to let somebody in. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Runs what the arguments say and returns the exit code. */
export async function runPsql(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: PsqlStreams,
): Promise<number> {
  let asked: PsqlArguments;
  try {
    asked = psqlArguments(argv, env);
  } catch (error) {
    streams.err(`psql: error: ${messageOf(error)}\n`);
    return EXIT.failed;
  }
  const client = await connect(asked, env).catch((error: unknown) => {
    streams.err(`psql: error: ${refusal(asked, error)}\n`);
    return null;
  });
  if (client === null) return EXIT.notConnected;
  try {
    return await runActions(client, asked, streams);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(
  asked: PsqlArguments,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    ...(asked.host === null ? {} : { host: asked.host }),
    port: Number(asked.port ?? 5432),
    user: asked.user,
    database: asked.database,
    password: env['PGPASSWORD'] ?? '',
    ssl: false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Values are printed as the server writes them.
    types: { getTypeParser: () => (value: string) => value },
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function runActions(client: Client, asked: PsqlArguments, streams: PsqlStreams): Promise<number> {
  client.on('notice', ({ severity, message }) => streams.err(`${severity}:  ${message}\n`));
  const actions = asked.actions.length === 0 ? [{ kind: 'file' as const, value: '-' }] : asked.actions;
  if (asked.singleTransaction) await client.query('begin');
  let exit: number = EXIT.fine;
  for (const { kind, value } of actions) {
    exit =
      kind === 'command'
        ? await runCommand(client, value, asked, streams)
        : await runFile(client, value, asked, streams);
    if (exit !== EXIT.fine && (asked.stopsOnError || kind === 'command')) break;
  }
  if (asked.singleTransaction) await client.query(exit === EXIT.fine ? 'commit' : 'rollback');
  return exit;
}

/** The whole text in one message: one transaction, if it does not say otherwise. */
async function runCommand(
  client: Client,
  sql: string,
  asked: PsqlArguments,
  streams: PsqlStreams,
): Promise<number> {
  try {
    print(await client.query({ text: sql, rowMode: 'array' }), asked, streams);
    return EXIT.fine;
  } catch (error) {
    streams.err(describe(error, ''));
    return EXIT.failed;
  }
}

/** Statement by statement, each for itself. */
async function runFile(
  client: Client,
  file: string,
  asked: PsqlArguments,
  streams: PsqlStreams,
): Promise<number> {
  const name = file === '-' ? '<stdin>' : file;
  let script: string;
  try {
    script = file === '-' ? await readAll(streams.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    streams.err(`psql: error: ${file}: ${messageOf(error)}\n`);
    return EXIT.failed;
  }
  for (const { text, line } of splitStatements(script)) {
    if (text.startsWith('\\')) {
      streams.err(`psql:${name}:${line}: error: the local cloud's psql has no ${text.split(/\s/, 1)[0]}\n`);
      return EXIT.scriptFailed;
    }
    try {
      print(await client.query({ text, rowMode: 'array' }), asked, streams);
    } catch (error) {
      streams.err(describe(error, `psql:${name}:${line}: `));
      if (asked.stopsOnError) return EXIT.scriptFailed;
    }
  }
  return EXIT.fine;
}

type Result = QueryArrayResult<(string | null)[]>;

function print(results: Result | readonly Result[], asked: PsqlArguments, { out }: PsqlStreams): void {
  for (const { fields, rows, command, rowCount } of [results].flat()) {
    if (fields.length === 0) {
      const count = COUNTING.has(command) ? ` ${command === 'INSERT' ? '0 ' : ''}${rowCount ?? 0}` : '';
      if (!asked.quiet) out(`${command}${count}\n`);
      continue;
    }
    const lines = rows.map((row) => row.map((value) => value ?? '').join('|'));
    if (!asked.tuplesOnly) {
      lines.unshift(fields.map(({ name }) => name).join('|'));
      lines.push(`(${rows.length} row${rows.length === 1 ? '' : 's'})`);
    }
    out(lines.map((line) => `${line}\n`).join(''));
  }
}

/** Commands whose tag ends with a number of rows. */
const COUNTING: ReadonlySet<string> = new Set([
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'COPY',
  'MOVE',
  'FETCH',
]);

function describe(error: unknown, place: string): string {
  const { severity, message, detail, hint } = error as Partial<DatabaseError> & { message?: string };
  const lines = [
    `${place}${severity ?? 'ERROR'}:  ${message ?? String(error)}`,
    ...(detail === undefined ? [] : [`DETAIL:  ${detail}`]),
    ...(hint === undefined ? [] : [`HINT:  ${hint}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function refusal({ host, port }: PsqlArguments, error: unknown): string {
  const { severity } = error as Partial<DatabaseError>;
  const where = `connection to server at "${host ?? 'localhost'}", port ${port ?? 5432} failed`;
  return `${where}: ${severity === undefined ? '' : `${severity}:  `}${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
