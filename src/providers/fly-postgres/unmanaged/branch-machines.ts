import type { ResolvedDatabase } from '../../../config/resolved.ts';
import type { DatabaseBranch } from '../../database-platform.ts';
import type { FlyClient } from '../../fly/client/fly-client.ts';
import { appPath, nullIfMissing } from '../../fly/client/machines-api.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import { appNameOf, orgOf } from './cluster-names.ts';
import { BRANCH_KEYS } from './cluster-notes.ts';

/** A machine in the list of an organization. */
export type ListedMachine = Pick<Machine, 'id' | 'created_at' | 'config' | 'state'> & {
  readonly app_name: string;
};

/** Pages of a list of machines; a thousand each. */
const PAGES_MAX = 50;

/** Removes an app with all that is in it. One that is gone is no error. */
export async function deleteApp(client: FlyClient, app: string, signal: AbortSignal): Promise<void> {
  const request = {
    method: 'DELETE',
    path: appPath(app),
    query: { force: true },
    isRepeatable: true,
  } as const;
  await nullIfMissing(client.send({ ...request, resource: `app ${app}`, subject: app, signal }));
}

/** The machines of all branches of a database. */
export async function branchMachines(
  client: FlyClient,
  database: ResolvedDatabase,
): Promise<readonly ListedMachine[]> {
  const found: ListedMachine[] = [];
  let cursor = '';
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = (await client.send({
      method: 'GET',
      path: `/v1/orgs/${encodeURIComponent(orgOf(database))}/machines`,
      query: cursor === '' ? {} : { cursor },
      resource: `the machines of ${orgOf(database)}`,
      subject: orgOf(database),
    })) as { machines?: readonly ListedMachine[] | null; next_cursor?: string } | null;
    found.push(...(answer?.machines ?? []));
    cursor = answer?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return found.filter(({ config }) => config.metadata?.[BRANCH_KEYS.of] === appNameOf(database));
}

/** What the machine of a branch says of it. */
export function branchOf(parent: string, machine: Omit<ListedMachine, 'state'>): DatabaseBranch {
  const metadata = machine.config.metadata ?? {};
  const expires = Number(metadata[BRANCH_KEYS.expiresAt]);
  return {
    name: metadata[BRANCH_KEYS.name] ?? machine.app_name,
    parent,
    createdAt: createdAt(machine),
    expiresAt: Number.isFinite(expires) && expires > 0 ? expires : null,
  };
}

/** When a machine was made; 0 where the platform does not say. */
export function createdAt(machine: Pick<Machine, 'created_at'>): number {
  return Date.parse(machine.created_at ?? '') || 0;
}
