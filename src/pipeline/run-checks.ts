import { ToolError } from '../diagnostics/tool-error.ts';
import type { Json } from '../util/json.ts';
import { cappedLog } from './capped-log.ts';
import type { StepScope } from './step-scope.ts';

/** Lines of a failing check that go into the error. */
const OUTPUT_LINES = 20;
/** A check may take this long before it is given up: the same as GitHub's own hint for a stuck job. */
const CHECK_TIMEOUT_MS = 30 * 60_000;

/**
 * Runs the checks of the stored commit one after the other, each after its needs, in a checkout of that very commit.
 * The names come with the run, as the commands do.
 */
export async function runChecks(scope: StepScope): Promise<Json> {
  const { checks } = scope.input;
  const directory = await scope.deps.builder.checkout(scope.input.commit);
  for (const check of checks) {
    if (check.services.length > 0) {
      throw new ToolError(
        'GATE_REFUSED',
        `The check ${check.name} asks for ${check.services.join(', ')}, which this version cannot give to checks.`,
        {
          hint: 'Take the checks() gate out, or run that check where its services are.',
        },
      );
    }
    const output: string[] = [];
    const log = cappedLog((line) => scope.context.log(line));
    scope.context.log(`$ ${check.command}`);
    const { exitCode, timedOut } = await scope.deps.runCommand({
      command: check.command,
      cwd: directory,
      env: { CI: 'true' },
      timeoutMs: CHECK_TIMEOUT_MS,
      signal: scope.context.signal,
      onLine: (line) => {
        output.push(line);
        if (output.length > OUTPUT_LINES) output.shift();
        log(line);
      },
    });
    if (exitCode === 0) continue;
    throw new ToolError(
      'GATE_REFUSED',
      `The check ${check.name} ${timedOut ? 'took too long' : `failed with exit code ${exitCode}`}.`,
      {
        hint: `Run it yourself: ${check.command}`,
        output,
      },
    );
  }
  return { passed: checks.map((check) => check.name) };
}
