import { EXIT } from '../../diagnostics/error-codes.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { renderDiagnostic } from '../views/problem.ts';
import { paint } from '../views/text/paint.ts';
import { renderTable } from '../views/text/table.ts';
import { describeTriggers } from '../views/environment/environment.ts';

/** `glidepath validate`: prints every mistake at once, or what the config comes to. */
export async function validate(context: CommandContext): Promise<ExitCode> {
  const { loadProject } = await import('../../config/load-project.ts');
  const { project, file, diagnostics } = await loadProject({
    cwd: context.cwd,
    now: systemClock.now(),
    ...(context.projectFile === null ? {} : { file: context.projectFile }),
  });
  const { output } = context;
  if (output.json) {
    writeJson(output, { valid: true, file, warnings: diagnostics, project });
    return EXIT.ok;
  }
  const { bold, dim, green } = paint(output.color);
  for (const warning of diagnostics) output.error(`${renderDiagnostic(warning, output.color)}\n\n`);
  output.write(`${green('✓')} ${bold(project.name)} is valid  ${dim(file)}\n\n`);
  output.write(
    renderTable(
      ['environment', 'listens to', 'apps', 'databases'].map(dim),
      project.environments.map((environment) => [
        environment.name,
        describeTriggers(environment),
        environment.apps.map((app) => app.name).join(', '),
        environment.databases.map((database) => database.name).join(', '),
      ]),
    ),
  );
  return EXIT.ok;
}
