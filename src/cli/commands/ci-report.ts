import { EXIT } from '../../diagnostics/error-codes.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { lastSummary } from '../reports/last-summary.ts';
import { renderReports } from '../views/checks/reports.ts';
import { formatAgo } from '../views/text/time.ts';

/** `glidepath ci report`: what the reports of the last run of checks say, once more; nothing is run. */
export async function ciReport(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const { root } = await openProject(context);
  const summary = lastSummary(root);
  if (output.json) {
    writeJson(output, { reports: summary });
    return EXIT.ok;
  }
  if (summary === null) {
    output.write('There is no report yet. Run the checks: glidepath ci\n');
    return EXIT.ok;
  }
  const now = systemClock.now();
  const of = summary.commit === null ? '' : ` of ${summary.commit.slice(0, 7)}`;
  output.write(renderReports(summary, { color: output.color, width: output.width, now }));
  output.write(
    `From ${summary.checks.map(({ name }) => name).join(', ')}${of}, ${formatAgo(summary.at, now)}.\n`,
  );
  return EXIT.ok;
}
