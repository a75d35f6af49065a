import { EXIT } from '../../diagnostics/error-codes.ts';
import { deploymentInput } from '../../pipeline/deployment-input.ts';
import type { HistoryEntry } from '../../pipeline/history.ts';
import { verdictOfEntry } from '../../pipeline/verdict/way-back.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { requireDesk } from '../github/github-desk.ts';
import { readHistory, readHistoryAt } from '../github/read-history.ts';
import { tableWidth, writeJson } from '../output.ts';
import { paint } from '../views/text/paint.ts';
import { localHint } from '../views/problem.ts';
import { renderTable } from '../views/text/table.ts';
import { formatAgo } from '../views/text/time.ts';
import { verdictCell } from '../views/database/verdict.ts';
import { openBench } from './deploy.ts';
import { renderRuns, summaryOf } from './runs.ts';

/** How many lines are shown. */
const SHOWN = 30;

/** `glidepath releases <env>`: what was live there, newest first. */
export async function releases(
  context: CommandContext,
  name: string,
  { isFromGithub }: { readonly isFromGithub: boolean },
): Promise<ExitCode> {
  await using bench = await openBench(context, { journalOnly: true });
  requirePlace(bench.project, name);
  if (isFromGithub) await readHistoryAt(await requireDesk(context, bench), context, bench, [name]);
  else await readHistory(context, bench, [name]);
  const entries = bench.history.entries(name, SHOWN + 1);
  const { output } = context;
  if (output.json) {
    writeJson(output, { environment: name, releases: entries.slice(0, SHOWN) });
    return EXIT.ok;
  }
  if (entries.length === 0) {
    const next = localHint(`glidepath deploy ${name}`, context.isLocal);
    output.write(`Nothing has been deployed to ${name} yet. Deploy: ${next}\n`);
    return EXIT.ok;
  }
  const colors = paint(output.color);
  const { dim, green } = colors;
  const now = bench.clock.now();
  const rows = await Promise.all(
    entries
      .slice(0, SHOWN)
      .map(async (entry, index) => [
        index === 0 ? green('● live') : '',
        entry.release.id,
        entry.action,
        verdictCell(verdictOfEntry(entry, deploymentBefore(entries, index)), colors),
        await bench.source.subject(entry.release.commit),
        formatAgo(entry.at, now),
        entry.by,
        entry.runId,
      ]),
  );
  output.write(
    renderTable(
      ['', 'release', 'by way of', 'back', 'commit', 'when', 'by', 'run'].map(dim),
      rows,
      tableWidth(output),
    ),
  );
  return EXIT.ok;
}

/** Only a deployment migrates. */
function deploymentBefore(entries: readonly HistoryEntry[], index: number): HistoryEntry | null {
  return entries.slice(index + 1).find(({ action }) => action !== 'rollback') ?? null;
}

/** `glidepath history [env]`: every attempt, also those that failed. */
export async function history(context: CommandContext, name: string | null): Promise<ExitCode> {
  await using bench = await openBench(context, { journalOnly: true });
  if (name !== null) requirePlace(bench.project, name);
  const all = await bench.engine.list({ limit: 1000 });
  const found = all
    .filter((run) => name === null || deploymentInput(run.input).environment.name === name)
    .slice(0, SHOWN);
  const { output } = context;
  if (output.json) writeJson(output, { history: found.map(summaryOf) });
  else if (found.length === 0)
    output.write(
      `Nothing has been deployed yet. Deploy: ${localHint('glidepath deploy <environment>', context.isLocal)}\n`,
    );
  else
    output.write(
      renderRuns(found, { color: output.color, width: tableWidth(output), now: bench.clock.now() }),
    );
  return EXIT.ok;
}
