import { nameHint } from '../../../config/did-you-mean.ts';
import type { ResolvedDatabase } from '../../../config/resolved.ts';
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts';
import { findAccessProblem } from '../../fly/find-access-problem.ts';
import { readRegions } from '../../fly/find-problems.ts';
import { isReachable } from '../../fly/machines/machine-state.ts';
import { clusterMistake } from './cluster-mistake.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine, hostLost } from './cluster-machine.ts';
import { appNameOf, orgOf } from './cluster-names.ts';

/** Everything about an unmanaged cluster that would stop a deployment later and can be seen now; changes nothing. */
export async function findClusterProblems(
  context: Pick<ClusterContext, 'client' | 'machines' | 'volumes'>,
  database: ResolvedDatabase,
): Promise<readonly Diagnostic[]> {
  const app = appNameOf(database);
  const path = `databases.${database.name}`;
  const subject = {
    name: database.name,
    platformName: app,
    org: orgOf(database),
    token: database.token ?? 'FLY_API_TOKEN',
  };
  const access = await findAccessProblem(context.client, 'the databases', subject);
  if (access.problem !== null) return [{ ...access.problem, path }];
  const machine = access.exists ? await findMachine(context, app) : null;
  if (machine === null) return regionProblem(context, database, path);
  if (!isReachable(machine))
    return [{ severity: 'error', code: 'PROVIDER_HOST_UNREACHABLE', ...hostLost(machine, app), path }];
  const mistake = clusterMistake(database, machine, (await context.volumes.list(app)) ?? []);
  if (mistake === null) return [];
  const { message, hint, setting } = mistake;
  return [{ severity: 'error', code: 'CONFIG_INVALID_VALUE', message, hint, path: `${path}.${setting}` }];
}

async function regionProblem(
  context: Pick<ClusterContext, 'client'>,
  database: ResolvedDatabase,
  path: string,
): Promise<readonly Diagnostic[]> {
  const { region } = database;
  if (region === null) return [];
  const known = await readRegions(context.client);
  const found = known.find(({ code }) => code === region);
  if (found !== undefined && found.deprecated !== true) return [];
  const codes = known.map(({ code }) => code).toSorted();
  return [
    {
      severity: 'error',
      code: 'CONFIG_INVALID_VALUE',
      message:
        found === undefined
          ? `Fly has no region "${region}", where the database ${database.name} is to be.`
          : `Fly gives the region ${region} up, where the database ${database.name} is to be: it takes nothing new there.`,
      hint: found === undefined ? nameHint(region, codes, 'regions') : 'Choose another: fly platform regions',
      path: `${path}.region`,
    },
  ];
}
