import type { RehearsalReport } from '../../rehearsal/rehearsal-report.ts';
import { verdictLines } from './verdict-lines.ts';
import { paint } from '../text/paint.ts';
import { padEnd, visibleWidth } from '../text/table.ts';

/** What a rehearsal came to, with where to look at it; the pictures of the runs stand above it already. */
export function renderRehearsal(
  report: RehearsalReport,
  options: { readonly color: boolean; readonly title: string },
): string {
  const { bold, cyan, dim, green, red, yellow } = paint(options.color);
  const isWaiting = report.succeeded && (report.approvals.length > 0 || report.runs.some(isHeldUp));
  const mark = isWaiting ? yellow('⏸') : report.succeeded ? green('✓') : red('✗');
  const verdict = isWaiting
    ? 'waits for an approval'
    : report.succeeded
      ? 'went through'
      : 'did not go through';
  const rows: [string, string][] = [
    ...report.deployments.map(({ environment, state, description, url }): [string, string] => [
      environment,
      [stateWord(state), url === null ? dim(description) : cyan(url)].filter(Boolean).join('  '),
    ]),
    ...report.statuses.map(({ context, state, description }): [string, string] => [
      context,
      `${stateWord(state)}  ${dim(description)}`,
    ]),
    ...report.approvals.map(({ environment, plan, url }): [string, string] => [
      environment,
      `${yellow('waits')}  ${dim(plan === null ? 'for its reviewers' : `for an approval of plan ${plan}`)}  ${cyan(url)}`,
    ]),
    ...report.runs.map((run): [string, string] => [
      run.title,
      [...(isHeldUp(run) ? [yellow('waits')] : []), cyan(run.url)].join('  '),
    ]),
    ...pullRequestRows(report.pullRequest),
    ['repository', cyan(report.url)],
  ];
  const width = Math.max(...rows.map(([name]) => visibleWidth(name)));
  const why = report.unheard === null ? [] : verdictLines(report.unheard, paint(options.color));
  const none =
    report.runs.length === 0
      ? [yellow('  No GitHub workflow ran.'), ...why.map((line) => `    ${line}`)]
      : [];
  return [
    '',
    `${mark} ${bold(options.title)} ${verdict} on the local GitHub.`,
    ...none,
    ...rows.map(([name, text]) => `  ${padEnd(name, width)}  ${text}`),
    '',
    ...report.approvals.flatMap(({ command, line }) => [
      `${cyan('→')} Approve it: ${command}`,
      ...(line === null ? [] : [`  or in a comment there: ${line}`]),
    ]),
    'Look at what runs: glidepath status --local --from-github · end it: glidepath cloud down',
    '',
  ].join('\n');

  function pullRequestRows(pull: RehearsalReport['pullRequest']): [string, string][] {
    if (pull === null) return [];
    const { merged } = pull;
    const words =
      merged === null ? '' : `${green(`merged into ${merged.into}`)} at ${merged.commit.slice(0, 7)}  `;
    return [[`pull request ${pull.number}`, `${words}${cyan(pull.url)}`]];
  }

  function stateWord(state: string): string {
    if (state === 'success') return green(state);
    if (state === 'failure' || state === 'error') return red(state);
    return yellow(state.replaceAll('_', ' '));
  }
}

/** Whether somebody has to let a run into an environment. */
function isHeldUp({ status }: RehearsalReport['runs'][number]): boolean {
  return status === 'waiting';
}
