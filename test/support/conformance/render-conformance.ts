import type { ConformanceRow } from './row.ts';

const HEAD = `# How the local GitHub decides

<!-- glidepath-ignore-file promised-approval: says what happens without reviewers -->

The local GitHub carries GitHub workflows out: a push to it starts what a push to GitHub starts, and nothing else. This table is
what it is held to; every row is a test (\`test/golden/actions-conformance.test.ts\`), and this page is written by it.

- **Source**: a page of GitHub's documentation, under \`actions/reference/workflows-and-actions\` or \`actions/how-tos\`, an issue in which
  GitHub's own people say so, or the published schema of workflow files. Where GitHub is silent the row says what is observed.
- **Because** is the reason that the local GitHub gives itself: it stands beside each run, and beside each that did not start.
- What GitHub refuses is refused with [WORKFLOW_INVALID](../errors/WORKFLOW_INVALID.md), in its words. What is right and not carried
  out here is [WORKFLOW_UNSUPPORTED](../errors/WORKFLOW_UNSUPPORTED.md): the run fails at its start, nothing is passed over.
- What happens within a job is tried with real processes instead: environment, files, shells, masks, timeouts and composite actions in
  \`test/contract/actions-steps.test.ts\` and \`test/contract/actions-common.test.ts\`.

## What is not simulated

Time that GitHub takes, queues for its runners, and what it limits by plan or by bill. Schedules come on the minute; on GitHub
they come late, or not at all when it is busy. A concurrency group is first come, first served; GitHub promises no order.
`;

/** The conformance table as a page: a heading for each topic, a row for each case. */
export function renderConformance(rows: readonly ConformanceRow[]): string {
  const topics = [...new Set(rows.map(({ topic }) => topic))];
  const parts = topics.map((topic) => {
    const own = rows.filter((row) => row.topic === topic);
    const sources = [...new Set(own.map(({ source }) => source))];
    const reasons = own.map((row) => row.actual().why);
    const hasWhy = reasons.some((why) => why !== '');
    const columns = [
      'Written, or given',
      'When',
      'GitHub',
      ...(hasWhy ? ['Because'] : []),
      ...(sources.length > 1 ? ['Source'] : []),
    ];
    const lines = own.map((row, at) =>
      [
        code(row.given),
        row.when,
        row.expected,
        ...(hasWhy ? [reasons[at] ?? ''] : []),
        ...(sources.length > 1 ? [row.source] : []),
      ].map(cell),
    );
    const source = sources.length === 1 ? `Source: ${sources[0]}\n\n` : '';
    return `## ${topic}\n\n${source}${[columns, columns.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
  });
  return `${HEAD}\n${parts.join('\n')}\n${rows.length} rows.\n`;
}

/** Whatever looks like a piece of a file is shown as one. */
function code(text: string): string {
  return /[:{[\]}]/.test(text) && !text.includes('`') ? `\`${text}\`` : text;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}
