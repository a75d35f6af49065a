import { commandText } from '../../pipeline/approval/approval-command.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import {
  hiddenRequest,
  requestMarker,
  type WaitingRequest,
} from '../../pipeline/approval/waiting-request.ts';
import { utcTime } from '../../util/utc-time.ts';
import { block, code, factTable, link, plain, table } from './markdown.ts';

/** The label of issues that are about deployments; `github setup` makes it. */
export const ISSUE_LABEL = 'glidepath';

/** What is told of a request besides what it hides. */
export interface RequestWords {
  readonly request: WaitingRequest;
  readonly subject: string;
  /** The release that exists already; null where one is built. */
  readonly release: string | null;
  readonly live: string | null;
  /** The commit of it; null where nothing is live. */
  readonly liveCommit: string | null;
  /** The pages of the repository and of the run that asks; null where there is none. */
  readonly repositoryUrl: string | null;
  readonly runUrl: string | null;
  /** Title and reason of each step. */
  readonly steps: readonly { readonly title: string; readonly reason: string }[];
  /** The files of migrations that have not run, as far as they are known. */
  readonly migrations: readonly string[];
  readonly who: string;
  readonly expiresAfter: string;
  /** How it stands, in a sentence: what is waited for, or who agreed. */
  readonly standing: string;
  readonly isOpen: boolean;
}

/** More steps are not listed in a comment. */
const STEPS_MAX = 60;

/** The comment that asks for an approval, and later says how it went. Pure. */
export function requestComment(words: RequestWords): string {
  const { request, steps } = words;
  const { environment, commit, plan } = request;
  const rows = steps
    .slice(0, STEPS_MAX)
    .map(({ title, reason }, index) => [String(index + 1), plain(title), plain(reason)]);
  const facts: (readonly [string, string])[] = [
    ['Environment', plain(environment)],
    ['Commit', `${link(commit.slice(0, 7), page(words, `commit/${commit}`))} ${plain(words.subject)}`],
    ['Release', words.release === null ? 'built by the deployment' : code(words.release)],
    ['Live now', liveWords(words)],
    ['Plan', code(shortPlan(plan))],
    ...(words.migrations.length === 0
      ? []
      : [['Migrations', words.migrations.map((each) => code(each)).join(', ')] as const]),
    [
      'Asked by',
      `${plain(request.by)}, ${utcTime(request.at)}${words.runUrl === null ? '' : ` (${link('run', words.runUrl)})`}`,
    ],
    ['May agree', plain(words.who)],
  ];
  return [
    requestMarker(environment, commit),
    hiddenRequest(request),
    `### ${request.action === 'promote' ? 'Promotion' : 'Deployment'} to ${plain(environment)}: ${words.isOpen ? 'an approval is missing' : 'decided'}`,
    '',
    words.standing,
    ...(words.isOpen ? ['', ...howTo(request, words.expiresAfter)] : []),
    '',
    factTable(facts),
    '',
    `<details><summary>What would be done (${steps.length} steps)</summary>`,
    '',
    table(['#', 'Step', 'Why'], rows),
    ...(steps.length > STEPS_MAX ? [`… and ${steps.length - STEPS_MAX} more.`] : []),
    '',
    '</details>',
  ].join('\n');
}

/** What is live, with what would change: all between the two commits. */
function liveWords(words: RequestWords): string {
  const { live, liveCommit, request } = words;
  if (live === null) return 'nothing yet';
  if (liveCommit === null || liveCommit === request.commit) return code(live);
  return `${code(live)} (${link('compare', page(words, `compare/${liveCommit}...${request.commit}`))})`;
}

function page({ repositoryUrl }: RequestWords, path: string): string | null {
  return repositoryUrl === null ? null : `${repositoryUrl}/${path}`;
}

function howTo(request: WaitingRequest, expiresAfter: string): string[] {
  return [
    'To agree to exactly this, write a comment that begins with',
    '',
    block([commandText('approve', request)]),
    '',
    'and to turn it down',
    '',
    block([commandText('reject', request)]),
    '',
    `An approval holds for ${expiresAfter}, for this commit and this plan alone. An edited comment does not count.`,
  ];
}

/** The body of the issue where deployments of an environment are asked about that came by no pull request. Pure. */
export function issueBody(environment: string, marker: string): string {
  return [
    marker,
    `Deployments to ${plain(environment)} that need an approval and came by no pull request are asked about here.`,
    'Leave it open: when it is closed, the next one opens another.',
  ].join('\n');
}

/** What can be written, for whoever wrote something else. Pure. */
export function helpText(why: string | null): string {
  return [
    why === null ? 'These commands are known:' : `That cannot be carried out: ${why}.`,
    '',
    block([
      '/glidepath approve <environment> <commit> <plan>',
      '/glidepath reject <environment> <commit> <plan>',
      '/glidepath help',
    ]),
    '',
    'The comment that asks for an approval has the whole line, to be copied. It has to be the first line.',
  ].join('\n');
}
