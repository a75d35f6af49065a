import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { FLY_CPU_KINDS } from '../../config/resolve/fly-sizes.ts';
import type { EmergencyFacts } from './emergency-facts.ts';

/** What can be done about one thing without Glidepath. */
export interface EmergencyTopic {
  /** Stable, for those who read JSON. */
  readonly id: string;
  readonly title: string;
  /** What has to be known before; null for nothing. */
  readonly note: string | null;
  readonly commands: readonly string[];
}

/** What the commands of an app are made of. */
export interface EmergencyInput {
  readonly app: ResolvedFlyApp;
  /** The app's fly.toml, from the root of the repository; null where none is written. */
  readonly flyToml: string | null;
  readonly facts: EmergencyFacts;
}

/**
 * The commands of flyctl for one app, complete but for what stands in `<…>`. Only commands that exist and do what they
 * say on machines that were made through the API: there is no `fly releases rollback`, `--image-label` names a new
 * image, and `fly scale count` fails where flyctl itself never released (flyctl 0.4, internal/command). Pure.
 */
export function emergencyCommands(input: EmergencyInput): readonly EmergencyTopic[] {
  return [
    look(input),
    logs(input),
    rollBack(input),
    deployWhole(input),
    traffic(input),
    restart(input),
    scale(input),
    stopAll(input),
    secrets(input),
    ...certificates(input),
    ...volumes(input),
    shell(input),
  ];
}

/** The organization's token under the name that flyctl reads. */
export function tokenCommand(token: string): string {
  return token === 'FLY_API_TOKEN' ? 'export FLY_API_TOKEN=<token>' : `export FLY_API_TOKEN="$${token}"`;
}

function look({ app, facts }: EmergencyInput): EmergencyTopic {
  return {
    id: 'status',
    title: 'What runs, and how it is',
    note: null,
    commands: [
      `fly status --app ${app.platformName}`,
      `fly machine list --app ${app.platformName}`,
      ...idsOf(facts).map((id) => `fly machine status ${id} --app ${app.platformName}`),
    ],
  };
}

function logs({ app }: EmergencyInput): EmergencyTopic {
  return {
    id: 'logs',
    title: 'What it prints',
    note: 'A deploy token may not read logs; one of the organization may.',
    commands: [`fly logs --app ${app.platformName}`],
  };
}

function rollBack({ app, facts }: EmergencyInput): EmergencyTopic {
  const image = facts.previous?.image ?? previousImage(app);
  const release = facts.previous === null ? 'the release before' : facts.previous.release;
  return {
    id: 'rollback',
    title: `Back to ${release}, machine by machine`,
    note: 'Only the image changes; wait until one is healthy before the next. No migration runs.',
    commands: idsOf(facts).map(
      (id) => `fly machine update ${id} --app ${app.platformName} --image ${image} --yes`,
    ),
  };
}

/** Without `--ha=false` flyctl makes a second machine the first time it deploys an app. */
function deployWhole({ app, flyToml, facts }: EmergencyInput): EmergencyTopic {
  const image = facts.previous?.image ?? previousImage(app);
  const config = flyToml === null ? '' : ` --config ${flyToml}`;
  const migrates = app.migrate?.runs === 'release-command';
  return {
    id: 'deploy',
    title: 'An image with all settings, by flyctl’s own deployment',
    note: [
      flyToml === null ? 'Without a fly.toml it takes the settings that the app has.' : null,
      migrates ? 'It runs the release command of fly.toml with that image first.' : null,
      'From then on flyctl counts releases of its own.',
    ]
      .filter((line) => line !== null)
      .join(' '),
    commands: [`fly deploy --app ${app.platformName}${config} --image ${image} --ha=false`],
  };
}

function traffic({ app, facts }: EmergencyInput): EmergencyTopic {
  const [first = MACHINE] = idsOf(facts);
  return {
    id: 'traffic',
    title: 'A machine out of the traffic, and back',
    note: null,
    commands: [
      `fly machine cordon ${first} --app ${app.platformName}`,
      `fly machine uncordon ${first} --app ${app.platformName}`,
    ],
  };
}

function restart({ app, facts }: EmergencyInput): EmergencyTopic {
  return {
    id: 'restart',
    title: 'A machine started anew',
    note: null,
    commands: idsOf(facts).map((id) => `fly machine restart ${id} --app ${app.platformName}`),
  };
}

function scale({ app, facts }: EmergencyInput): EmergencyTopic {
  const ids = idsOf(facts);
  const [first = MACHINE] = ids;
  const region = app.regions[0]?.region ?? '<region>';
  return {
    id: 'scale',
    title: 'More, fewer or larger machines',
    note: `fly scale count works only after a deployment by flyctl itself.${app.volume === null ? '' : ' A clone has a new volume, empty.'}`,
    commands: [
      `fly scale show --app ${app.platformName}`,
      `fly machine clone ${first} --app ${app.platformName} --region ${region}`,
      `fly machine update ${first} --app ${app.platformName} --vm-memory ${moreMemoryMb(app)} --yes`,
      `fly machine stop ${ids.at(-1) ?? MACHINE} --app ${app.platformName}`,
      `fly machine destroy ${ids.at(-1) ?? MACHINE} --app ${app.platformName}`,
    ],
  };
}

/** Twice as much, as far as Fly gives it to machines with so many CPUs. */
function moreMemoryMb({ vm }: ResolvedFlyApp): number {
  return Math.min(vm.memoryMb * 2, vm.cpus * FLY_CPU_KINDS[vm.cpuKind].maxMbPerCpu);
}

function stopAll({ app, facts }: EmergencyInput): EmergencyTopic {
  const all = idsOf(facts).join(' ');
  const wakes = app.sleep !== 'never';
  return {
    id: 'stop',
    title: 'Everything stopped, and started again',
    note: wakes
      ? 'The proxy would wake a stopped machine at the next request; one that is cordoned it does not.'
      : null,
    commands: [
      ...(wakes ? [`fly machine cordon ${all} --app ${app.platformName}`] : []),
      `fly machine stop ${all} --app ${app.platformName}`,
      `fly machine start ${all} --app ${app.platformName}`,
      ...(wakes ? [`fly machine uncordon ${all} --app ${app.platformName}`] : []),
    ],
  };
}

function secrets({ app }: EmergencyInput): EmergencyTopic {
  const names = Object.values(app.env).flatMap((value) => (value.kind === 'secret' ? [value.name] : []));
  return {
    id: 'secrets',
    title: 'Secrets',
    note: 'Values come from a file of lines NAME=VALUE, so that none is left in the history of a shell. The machines restart.',
    commands: [
      `fly secrets list --app ${app.platformName}`,
      `fly secrets import --app ${app.platformName} < <file>`,
      `fly secrets unset ${names[0] ?? '<NAME>'} --app ${app.platformName}`,
    ],
  };
}

function certificates({ app }: EmergencyInput): EmergencyTopic[] {
  if (app.domains.length === 0) return [];
  const commands = [
    `fly certs list --app ${app.platformName}`,
    ...app.domains.map((domain) => `fly certs check ${domain} --app ${app.platformName}`),
  ];
  return [{ id: 'certificates', title: 'Certificates and domains', note: null, commands }];
}

function volumes({ app }: EmergencyInput): EmergencyTopic[] {
  if (app.volume === null) return [];
  return [
    {
      id: 'volumes',
      title: 'Volumes',
      note: `Each machine has one of its own, ${app.volume.name}, at ${app.volume.path}. Destroying a machine leaves it there.`,
      commands: [`fly volumes list --app ${app.platformName}`],
    },
  ];
}

function shell({ app }: EmergencyInput): EmergencyTopic {
  return {
    id: 'shell',
    title: 'A shell on a machine',
    note: app.hardened ? 'An image without a shell, as a hardened one may be, has none to give.' : null,
    commands: [`fly ssh console --app ${app.platformName}`],
  };
}

const MACHINE = '<machine>';

function idsOf(facts: EmergencyFacts): readonly string[] {
  return facts.machines.length === 0 ? [MACHINE] : facts.machines.map((machine) => machine.id);
}

function previousImage(app: ResolvedFlyApp): string {
  return `registry.fly.io/${app.platformName}@<digest of the release before>`;
}
