import type { EmergencyTopic } from '../../../emit/runbook/emergency-commands.ts';
import type { EmergencyApp, EmergencyEnvironment } from '../../environment/emergency-report.ts';
import { paint, type Paint } from '../text/paint.ts';
import { renderTable } from '../text/table.ts';

/** The commands for people: what could not be read first, then each app with what it is made of and what can be done. */
export function renderEmergency(
  environments: readonly EmergencyEnvironment[],
  options: { readonly color: boolean; readonly runbook: string | null },
): string {
  const colors = paint(options.color);
  const lines = environments.flatMap((environment) => environmentLines(environment, colors));
  return `${[...lines, ...wayBack(options.runbook, colors)].join('\n')}\n`;
}

function environmentLines(environment: EmergencyEnvironment, colors: Paint): string[] {
  const { bold, dim, yellow } = colors;
  const live = environment.live === null ? dim('nothing is recorded as deployed') : environment.live;
  return [
    `${bold(environment.environment)}  ${live}`,
    ...environment.unread.map((sentence) => `${yellow('!')} ${sentence}`),
    ...(environment.unread.length === 0
      ? []
      : [dim('  What stands in <…> is to be filled in; images are those of the record of this machine.')]),
    '',
    ...environment.first.map((command) => `  ${command}`),
    '',
    ...environment.apps.flatMap((app) => appLines(app, colors)),
    ...environment.databases.flatMap((topic) => topicLines(topic, colors)),
  ];
}

function appLines(app: EmergencyApp, colors: Paint): string[] {
  const { bold, dim } = colors;
  const rows = app.machines.map((machine) => [
    machine.id,
    machine.region,
    machine.state,
    machine.release ?? '?',
    machine.digest ?? '?',
  ]);
  return [
    `${bold(app.name)}  ${app.platformName}`,
    `  ${dim('runs   ')} ${app.image ?? 'not known'}`,
    `  ${dim('before ')} ${app.previous === null ? 'not known' : `${app.previous.image}  ${app.previous.release}`}`,
    ...(rows.length === 0
      ? []
      : [renderTable(['machine', 'region', 'state', 'release', 'digest'].map(dim), rows).trimEnd()]),
    '',
    ...app.topics.flatMap((topic) => topicLines(topic, colors)),
  ];
}

function topicLines({ title, note, commands }: EmergencyTopic, { cyan, dim }: Paint): string[] {
  return [
    `  ${cyan(title)}`,
    ...(note === null ? [] : [`  ${dim(note)}`]),
    ...commands.map((command) => `    ${command}`),
    '',
  ];
}

function wayBack(runbook: string | null, { dim }: Paint): string[] {
  const where = runbook === null ? '' : ` ${runbook} has the way back whole.`;
  return [dim(`Afterwards: glidepath status <environment> says what differs.${where}`)];
}
