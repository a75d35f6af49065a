import type {
  ResolvedApp,
  ResolvedEnvironment,
  ResolvedFlyApp,
  ResolvedProject,
} from '../../config/resolved.ts';
import { projectPath } from '../project-path.ts';
import { databaseCommands } from './database-commands.ts';
import { emergencyCommands, tokenCommand, type EmergencyTopic } from './emergency-commands.ts';
import { NOTHING_KNOWN } from './emergency-facts.ts';

/** Markdown: what to do by hand, environment by environment and app by app, when Glidepath cannot be used. Pure. */
export function runbookFor(project: ResolvedProject): string {
  const environments = project.environments.filter((environment) => environment.kind !== 'test');
  const parts = [
    opening(project, environments),
    ...environments.map((environment) => environmentPart(project, environment)),
    wayBack(),
  ];
  return `${parts.flat().join('\n').trimEnd()}\n`;
}

function opening(project: ResolvedProject, environments: readonly ResolvedEnvironment[]): string[] {
  const links = environments.map(({ name }) => `[${name}](#${anchorOf(name)})`).join(' · ');
  return [
    `# ${project.name} in an emergency`,
    '',
    'For when Glidepath itself cannot be used. While it can, it does the same with fewer mistakes:',
    '`glidepath rollback <environment>`, `glidepath scale <environment> <app>`, `glidepath status <environment> --emergency`.',
    'The last prints the commands below with the machines and images of this minute filled in.',
    '',
    'Everything here is done with [flyctl](https://fly.io/docs/flyctl/). What stands in `<…>` is to be filled in: a machine’s',
    'id is in `fly machine list`, and the digest of the release before in `glidepath releases <environment> --json`, which',
    'reads only this machine, or in the logs of its deployment.',
    '',
    `${links} · [back to Glidepath](#back-to-glidepath)`,
    '',
  ];
}

function environmentPart(project: ResolvedProject, environment: ResolvedEnvironment): string[] {
  const onFly = environment.apps.filter((app): app is ResolvedFlyApp => app.platform === 'fly');
  const lines = [`## ${environment.name}`, ''];
  if (environment.kind === 'review') {
    lines.push('One for each pull request: `<pr>` is its number.', '');
  }
  for (const token of new Set(onFly.map((app) => app.token))) {
    const org = onFly.find((app) => app.token === token)?.org ?? '';
    lines.push(
      `The organization is \`${org}\`; its token is in \`${token}\`:`,
      '',
      ...shell([tokenCommand(token)]),
    );
  }
  for (const app of environment.apps) lines.push(...appPart(project, environment, app));
  const databases = environment.databases.map(databaseCommands);
  for (const topic of databases) lines.push(`### ${topic.title}`, '', ...topicBody(topic));
  return filledIn(lines);
}

function appPart(project: ResolvedProject, environment: ResolvedEnvironment, app: ResolvedApp): string[] {
  if (app.platform === 'vercel') {
    return [
      `### ${app.name}`,
      '',
      `On Vercel, as \`${app.platformName}\`. Back to the deployment before, there or by \`vercel rollback\`:`,
      '',
      ...shell([`vercel rollback --token "$${app.token}"`]),
    ];
  }
  const flyToml =
    project.files.fly === null
      ? null
      : projectPath(project.files.fly, { environment: environment.name, app: app.name });
  const topics = emergencyCommands({ app, flyToml, facts: NOTHING_KNOWN });
  return [
    `### ${app.name}`,
    '',
    `On Fly, as \`${app.platformName}\`${placesOf(app)}.`,
    '',
    ...topics.flatMap((topic) => [`**${topic.title}**`, '', ...topicBody(topic)]),
  ];
}

/** What there should be, to compare with. */
function placesOf(app: ResolvedFlyApp): string {
  const regions = app.regions.map(({ region, count }) => `${count} in ${region}`).join(', ');
  const size = `${app.vm.cpus} ${app.vm.cpuKind} CPU${app.vm.cpus === 1 ? '' : 's'} and ${app.vm.memoryMb} MB each`;
  return `. Machines: ${regions}; ${size}`;
}

function topicBody({ note, commands }: EmergencyTopic): string[] {
  return [...(note === null ? [] : [note, '']), ...shell(commands)];
}

function shell(commands: readonly string[]): string[] {
  return ['```sh', ...commands, '```', ''];
}

/** A template has the number of a pull request still to come. */
function filledIn(lines: readonly string[]): string[] {
  return lines.map((line) => line.replaceAll('{pr}', '<pr>'));
}

function wayBack(): string[] {
  return [
    '## Back to Glidepath',
    '',
    'What was done by hand shows as a difference until it is either taken over or undone.',
    '',
    '1. `glidepath status <environment>` says what differs from what was deployed and from what is written.',
    '2. Went back to another image? `glidepath rollback <environment> --to <release>` puts that release on every machine and',
    '   records it. `glidepath releases <environment>` lists them. Then fix, and deploy on top of it.',
    '3. Scaled? Write the numbers and sizes into `glidepath.config.ts`; the next deployment goes by them.',
    '4. Changed a secret? Set the same value where Glidepath reads it, or the next deployment sets it back.',
    '5. Changed a migration by hand? Write one that ends in the same, so that every database gets there.',
    '6. Left machines cordoned or stopped? `fly machine uncordon`, `fly machine start`.',
    '7. `glidepath status <environment>` once more: nothing differs.',
    '',
  ];
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
