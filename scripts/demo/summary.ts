import type { LoadReport } from './load.ts';

/** One command of the demo and what it came to. */
export interface DemoStep {
  readonly title: string;
  readonly command: string;
  readonly environment: string;
  readonly seconds: number;
  readonly outcome: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Whether that is what the story says. */
  readonly asExpected: boolean;
}

/** The table at the end of the demo. */
export function renderSummary(
  steps: readonly DemoStep[],
  load: LoadReport,
  addresses: readonly string[],
  totalMs: number,
): string {
  const header = ['', 'what', 'command', 'took', 'outcome', 'live before', 'live after'];
  const rows = steps.map((step) => [
    step.asExpected ? '✓' : '✗',
    step.title,
    step.command,
    `${step.seconds.toFixed(1)} s`,
    step.outcome,
    step.before ?? '–',
    step.after ?? '–',
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  const perSecond = load.sent / Math.max(1, load.seconds);
  return [
    '',
    line(header),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map(line),
    '',
    `  requests to production while all this went on: ${load.sent} (${perSecond.toFixed(0)}/s), failed: ${load.failed}`,
    `  latency: median ${load.p50Ms.toFixed(1)} ms, 99th percentile ${load.p99Ms.toFixed(0)} ms`,
    ...load.failures.slice(0, 10).map((failure) => `    ✗ ${failure}`),
    `  in all ${(totalMs / 1000).toFixed(1)} s`,
    '',
    ...(addresses.length === 0
      ? ['  To look at it afterwards: npm run demo -- --keep']
      : addresses.map((address) => `  ${address}`)),
    '',
  ].join('\n');
}
