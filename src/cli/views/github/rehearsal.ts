import type { RehearsalReport } from '../../rehearsal/rehearsal-report.ts';
import { paint } from '../text/paint.ts';
import { padEnd, visibleWidth } from '../text/table.ts';

/** What a rehearsal came to, with where to look at it; the pictures of the runs stand above it already. */
export function renderRehearsal(
  report: RehearsalReport,
  options: { readonly color: boolean; readonly title: string },
): string {
  const { bold, cyan, dim, green, red, yellow } = paint(options.color);
  const mark = report.succeeded ? green('✓') : red('✗');
  const verdict = report.succeeded ? 'went through' : 'did not go through';
  const rows: [string, string][] = [
    ...report.deployments.map(({ environment, state, description, url }): [string, string] => [
      environment,
      [stateWord(state), url === null ? dim(description) : cyan(url)].filter(Boolean).join('  '),
    ]),
    ...report.statuses.map(({ context, state, description }): [string, string] => [
      context,
      `${stateWord(state)}  ${dim(description)}`,
    ]),
    ...report.runs.map(({ title, url }): [string, string] => [title, cyan(url)]),
    ...(report.pullRequest === null
      ? []
      : [[`pull request ${report.pullRequest.number}`, cyan(report.pullRequest.url)] as [string, string]]),
    ['repository', cyan(report.url)],
  ];
  const width = Math.max(...rows.map(([name]) => visibleWidth(name)));
  const none = report.runs.length === 0 ? [yellow('  No GitHub workflow ran.')] : [];
  return [
    '',
    `${mark} ${bold(options.title)} ${verdict} on the local GitHub.`,
    ...none,
    ...rows.map(([name, text]) => `  ${padEnd(name, width)}  ${text}`),
    '',
    'Look at what runs: glidepath status --local · end it: glidepath cloud down',
    '',
  ].join('\n');

  function stateWord(state: string): string {
    if (state === 'success') return green(state);
    if (state === 'failure' || state === 'error') return red(state);
    return yellow(state.replaceAll('_', ' '));
  }
}
