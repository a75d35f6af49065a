import type { Fault, MachineFault } from '../../cloud/faults/fault.ts';
import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** What a fault may be aimed at. */
export interface FaultWorld {
  readonly project: Pick<ResolvedProject, 'environments'>;
  /** What the local cloud has now, by names of the platform. */
  readonly apps: readonly { readonly name: string; readonly machines: readonly { readonly id: string }[] }[];
  readonly regions: readonly { readonly code: string; readonly hosts?: readonly string[] }[];
}

/**
 * The faults with the names that the platform knows: `web` is the app of that name in every environment, `staging/web`
 * that of one. An app that is not deployed yet may be named too. Throws CLI_USAGE for a name that means nothing. Pure.
 */
export function aimFault(fault: Fault, world: FaultWorld): readonly Fault[] {
  if ('route' in fault) return [fault];
  if (fault.kind === 'no-capacity')
    return [
      aimedAt(
        fault,
        world.regions.map(({ code }) => code),
        'regions',
      ),
    ];
  const [name = '', ...image] = fault.target.split('@');
  const suffix = image.length === 0 ? '' : `@${image.join('@')}`;
  const meant = platformNames(name, world);
  if (meant.length > 0) return meant.map((target) => ({ ...fault, target: target + suffix }));
  const known = knownNames(world);
  const hosts =
    fault.kind === 'host-unreachable' ? world.regions.flatMap((region) => region.hosts ?? []) : [];
  if ([...known.platform, ...hosts].includes(name)) return [fault];
  throw unknown(name, [...known.config, ...known.platform], 'apps and machines');
}

function aimedAt(fault: MachineFault, known: readonly string[], noun: string): Fault {
  if (known.includes(fault.target)) return fault;
  throw unknown(fault.target, known, noun);
}

/** The platform's names of an app of the config. A review app is named as on the platform, with its number. */
function platformNames(name: string, { project }: FaultWorld): string[] {
  const [app, environment] = name.includes('/') ? name.split('/').toReversed() : [name, undefined];
  return project.environments
    .filter((one) => one.kind === 'standing' && (environment === undefined || one.name === environment))
    .flatMap((one) => one.apps.filter((each) => each.name === app).map((each) => each.platformName));
}

function knownNames({ project, apps }: FaultWorld): { config: string[]; platform: string[] } {
  const standing = project.environments.filter((environment) => environment.kind === 'standing');
  const config = standing.flatMap(({ name, apps: all }) => all.map((app) => `${name}/${app.name}`));
  const written = standing.flatMap((environment) => environment.apps.map((app) => app.platformName));
  const there = apps.flatMap((app) => [app.name, ...app.machines.map(({ id }) => id)]);
  const bare = standing.flatMap((environment) => environment.apps.map((app) => app.name));
  return { config: [...new Set([...bare, ...config])], platform: [...new Set([...written, ...there])] };
}

function unknown(name: string, known: readonly string[], noun: string): ToolError {
  return new ToolError('CLI_USAGE', `There is nothing named "${name}" that a fault could strike.`, {
    hint: nameHint(name, known, noun),
  });
}
