import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { ConnectionPurpose, DatabaseAddress } from '../../database-platform.ts';
import type { MachineRef } from '../../fly/client/machines-api.ts';
import type { ClusterContext, Login } from './cluster-context.ts';
import { appNameOf, sqlNameOf } from './cluster-names.ts';
import { requireMachine } from './cluster-machine.ts';
import { databaseSql, loginSql, sqlText } from './cluster-sql.ts';
import { POSTGRES_PORT, privateHost } from './private-host.ts';
import { runSql } from './run-sql.ts';

/**
 * Makes the login and its database where they are missing. Returns what apps log in with; the password is journaled
 * nowhere, and remembered by this process only.
 */
export async function ensureLogin(
  context: ClusterContext,
  ref: MachineRef,
  name: string,
  signal?: AbortSignal,
): Promise<Login> {
  const key = `${ref.app} ${name}`;
  const asked = askForLogin(context, ref, name, signal);
  context.logins.set(key, asked);
  return asked.catch((error: unknown) => {
    context.logins.delete(key);
    throw error;
  });
}

/** What is remembered of an app's logins holds no more: its data are others now, or somebody was sent away. */
export function forgetLogins(context: ClusterContext, app: string): void {
  for (const key of context.logins.keys()) if (key.startsWith(`${app} `)) context.logins.delete(key);
}

async function askForLogin(
  context: ClusterContext,
  ref: MachineRef,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Login> {
  const printed = await runSql(context, ref, loginSql(name), { signal });
  const [password, hasDatabase] = printed.trim().split('|');
  if (password === undefined || password === '')
    throw new ToolError('PROVIDER_REJECTED', `Postgres in ${ref.app} has no password for ${name}.`);
  if (hasDatabase !== 't') await createDatabase(context, ref, name, signal);
  return { name, password };
}

/** Somebody else may have been quicker, or an earlier try whose answer was lost. */
async function createDatabase(
  context: ClusterContext,
  ref: MachineRef,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await runSql(context, ref, databaseSql(name), { signal });
  } catch (error) {
    if (!(error instanceof ToolError) || !error.message.includes('already exists')) throw error;
  }
}

/**
 * How a cluster, or a branch of it, is reached. `app` is the app it is; `sleeps` decides by which name. Throws
 * DATABASE_REFUSED for a login that Glidepath did not make.
 */
export async function clusterAddress(
  context: ClusterContext,
  database: ResolvedDatabase,
  asked: { readonly app: string; readonly sleep: 'when-idle' | 'never'; readonly role: string | undefined },
  signal?: AbortSignal,
): Promise<DatabaseAddress> {
  const { app, sleep, role } = asked;
  const machine = await requireMachine(context, app, signal);
  const ref = { app, id: machine.id };
  const name = sqlNameOf(database);
  const login =
    role === undefined || role === name
      ? await (context.logins.get(`${app} ${name}`) ?? ensureLogin(context, ref, name, signal))
      : await knownLogin(context, ref, role, signal);
  const { host } = privateHost(app, sleep);
  const reached = await context.reach(host);
  const urlAt = (place: string): string =>
    // The way to it is encrypted already (WireGuard), and its certificate would be nobody's.
    `postgresql://${login.name}:${login.password}@${place}/${name}?sslmode=disable`;
  return { url: urlAt(`${host}:${POSTGRES_PORT}`), outsideUrl: reached === null ? null : urlAt(reached) };
}

/** The app of an environment's own database. */
export function ownApp(
  database: ResolvedDatabase,
  purpose: Pick<ConnectionPurpose, 'role'>,
): { readonly app: string; readonly sleep: 'when-idle' | 'never'; readonly role: string | undefined } {
  return { app: appNameOf(database), sleep: database.sleep, role: purpose.role };
}

async function knownLogin(
  context: ClusterContext,
  ref: MachineRef,
  role: string,
  signal: AbortSignal | undefined,
): Promise<Login> {
  const sql = `select l.password from glidepath.login l where l.name = ${sqlText(role)};`;
  const password = (await runSql(context, ref, sql, { signal })).trim();
  if (password !== '') return { name: role, password };
  throw new ToolError('DATABASE_REFUSED', `Glidepath has made no login ${role} in the cluster ${ref.app}.`, {
    hint: 'Leave the role out: glidepath db url <environment>',
  });
}
