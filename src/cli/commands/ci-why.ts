import { selectChecks } from '../../checks/select-checks.ts';
import { whyCheck } from '../../checks/why-check.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openChecks } from '../checks/open-checks.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { createVault } from '../platforms/secret-vault.ts';
import { renderWhy, whyDocument } from '../views/checks/check-why.ts';

/** `glidepath ci why NAME`: what a run would do with a check, and what is different since it passed. Nothing runs. Throws CHECK_UNKNOWN. */
export async function ciWhy(context: CommandContext, name: string): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  selectChecks(project.checks, { only: [name], isFast: false });
  const vault = createVault(context.env);
  const { reader, memory } = await openChecks(context, {
    project,
    root,
    checkout: root,
    checks: project.checks,
    vault,
    isCacheless: false,
    commit: null,
    onWarning: (sentence) => context.output.error(`${vault.redact(sentence)}\n`),
  });
  if (memory === null) throw new Error('the cache was asked for');
  const tree = await reader.read(context.interrupt);
  const reason = await whyCheck(memory, tree, project.checks, name);
  if (context.output.json) writeJson(context.output, whyDocument(reason));
  else context.output.write(vault.redact(renderWhy(reason, systemClock.now())));
  return EXIT.ok;
}
