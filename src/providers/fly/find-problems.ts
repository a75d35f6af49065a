import type { IntendedDeployment } from '../app-platform.ts';
import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Fetch } from '../../util/fetch.ts';
import { findAccessProblem } from './find-access-problem.ts';
import type { FlyClient } from './client/fly-client.ts';
import { checksOf } from './machines/machine-config.ts';
import { isGone, isReachable } from './machines/machine-state.ts';
import type { MachinesApi } from './client/machines-api.ts';
import { volumeMistake } from './volumes/volume-mistake.ts';
import type { VolumesApi } from './volumes/volumes-api.ts';
import type { Machine } from './client/wire-types.ts';

/** What looking ahead needs; everything of it only reads. */
export interface Lookout {
  readonly client: FlyClient;
  readonly machines: Pick<MachinesApi, 'list'>;
  readonly volumes: Pick<VolumesApi, 'list'>;
  readonly fetch: Fetch;
  readonly addressOf: (flyApp: string) => Promise<string>;
}

/** One app that is looked at, with the regions of the platform. */
interface Look {
  readonly lookout: Lookout;
  readonly environment: string;
  readonly app: ResolvedFlyApp;
  /** What is there now; empty for an app that does not exist yet. */
  readonly machines: readonly Machine[];
}

/** A region as the platform lists it (OpenAPI, `main.regionRow`). */
interface Region {
  readonly code: string;
  readonly deprecated?: boolean;
}

/** One look at the health path of what runs; a slow app is not this one's business. */
const PROBE_TIMEOUT_MS = 5_000;

/**
 * Everything that would stop a deployment of these apps later and can be seen now: tokens without a right, names and
 * regions that cannot be had, volumes that cannot be as written. All of it at once and nothing changed. What cannot be
 * seen beforehand is whether a region has room: the API tells only who asks by POST (`/platform/placements`).
 */
export async function findProblems(
  lookout: Lookout,
  { environment, apps }: IntendedDeployment,
): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(apps.map((app) => findProblemsOf(lookout, environment, app)));
  return distinct(found.flat());
}

async function findProblemsOf(
  lookout: Lookout,
  environment: string,
  app: ResolvedFlyApp,
): Promise<Diagnostic[]> {
  const access = await findAccessProblem(lookout.client, environment, app);
  if (access.problem !== null) return [access.problem];
  const machines = access.exists ? ((await lookout.machines.list(app.platformName)) ?? []) : [];
  const alive = machines.filter((machine) => !isGone(machine));
  const look: Look = { lookout, environment, app, machines: alive };
  const regions = await regionProblems(look);
  if (!access.exists) return regions;
  regions.push(...lostHostProblems(look));
  return [...regions, ...(await volumeProblems(look)), ...(await redirectProblems(look))];
}

/** Another machine is made in its place, unless the data of this one are on the lost host as well. */
function lostHostProblems({ environment, app, machines }: Look): Diagnostic[] {
  return machines
    .filter((machine) => !isReachable(machine))
    .map(({ id, region }) => ({
      severity: app.volume === null ? 'warning' : 'error',
      code: 'PROVIDER_HOST_UNREACHABLE',
      message: `Machine ${id} of ${app.name} in ${environment} is on a host in ${region} that Fly cannot reach${app.volume === null ? ': another one takes its place, and it stays as it is' : ', and its volume with it'}.`,
      hint:
        app.volume === null
          ? `When the new one serves, take the lost one away: fly machine destroy --force ${id} -a ${app.platformName}`
          : `Wait until the host is back; or, where the data may be lost or are elsewhere too: fly machine destroy --force ${id} -a ${app.platformName}`,
      path: `environments.${environment}.apps.${app.name}.regions`,
    }));
}

async function regionProblems({ lookout, environment, app, machines }: Look): Promise<Diagnostic[]> {
  const known = await readRegions(lookout.client);
  const problems: Diagnostic[] = [];
  for (const { region } of app.regions) {
    const found = known.find((candidate) => candidate.code === region);
    const isUsed = machines.some((machine) => machine.region === region);
    const path = `environments.${environment}.apps.${app.name}.regions`;
    if (found === undefined) {
      problems.push({
        severity: 'error',
        code: 'CONFIG_INVALID_VALUE',
        message: `Fly has no region "${region}", where ${app.name} of ${environment} is to run.`,
        hint: nameHint(region, known.map((candidate) => candidate.code).toSorted(), 'regions'),
        path,
      });
    } else if (found.deprecated === true) {
      problems.push({
        severity: isUsed ? 'warning' : 'error',
        code: 'CONFIG_INVALID_VALUE',
        message: `Fly gives the region ${region} up, where ${app.name} of ${environment} is to run: it takes no new machines there.`,
        hint: 'Choose another region near it: fly platform regions',
        path,
      });
    }
  }
  return problems;
}

/** Empty where the list cannot be read would say that no region is known; so that is thrown. */
export async function readRegions(client: FlyClient): Promise<readonly Region[]> {
  const answer = (await client.send({
    method: 'GET',
    path: '/v1/platform/regions',
    resource: 'the regions',
    subject: 'platform',
  })) as { regions?: readonly Region[]; Regions?: readonly Region[] } | null;
  return answer?.regions ?? answer?.Regions ?? [];
}

async function volumeProblems({ lookout, environment, app }: Look): Promise<Diagnostic[]> {
  if (app.volume === null) return [];
  const mistake = volumeMistake(app, (await lookout.volumes.list(app.platformName)) ?? []);
  if (mistake === null) return [];
  const { message, hint, setting } = mistake;
  return [
    {
      severity: 'error',
      code: 'CONFIG_INVALID_VALUE',
      message,
      hint,
      path: `environments.${environment}.apps.${app.name}.${setting}`,
    },
  ];
}

/**
 * Asks what runs for the health path, the way users would. A path that is newly written and redirects is an error. One
 * that the machines are checked at already is a warning: the release to be deployed may be the one that mends it. A
 * sleeping app is not woken for it.
 */
async function redirectProblems({ lookout, environment, app, machines }: Look): Promise<Diagnostic[]> {
  if (app.health === null || app.port === null) return [];
  if (!machines.some((machine) => machine.state === 'started')) return [];
  const { path } = app.health;
  const target = await redirectTarget(lookout, app.platformName, path);
  if (target === null) return [];
  const isChecked = machines.some(({ config }) => checksOf(config).some((check) => check.path === path));
  return [
    {
      severity: isChecked ? 'warning' : 'error',
      code: isChecked ? 'DEPLOY_UNHEALTHY' : 'CONFIG_INVALID_VALUE',
      message: `The health path ${path} of ${app.name} in ${environment} redirects to ${target} in what runs now; Fly does not follow redirects, so such a check never passes.`,
      hint: 'Name a path that answers 200 itself, also over plain HTTP.',
      path: `environments.${environment}.apps.${app.name}.health.path`,
    },
  ];
}

async function redirectTarget(lookout: Lookout, app: string, path: string): Promise<string | null> {
  try {
    const url = new URL(path, await lookout.addressOf(app));
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await lookout.fetch(url.href, { redirect: 'manual', signal });
    await response.body?.cancel();
    if (!REDIRECTS.has(response.status)) return null;
    return response.headers.get('location') ?? 'another address';
  } catch {
    // It does not answer, or has no address: its health is judged by the deployment.
    return null;
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Apps of one token share what is wrong with it. */
function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
