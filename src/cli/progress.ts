import type { CommandContext } from './command-context.ts';
import { formatDuration } from './views/text/time.ts';

/** What is over sooner needs no word. */
const QUIET_MS = 1_000;
const TURN_MS = 100;
const SPINNER = ['◐', '◓', '◑', '◒'];

/**
 * Does something that may take a while, and after a second says on standard error what, with the time it has taken: a
 * line that turns and is taken back on a terminal, one that stays elsewhere, nothing with `--json`.
 */
export async function withProgress<T>(
  context: CommandContext,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const { output } = context;
  if (output.json) return work();
  const startedAt = performance.now();
  let tick = 0;
  let isSaid = false;
  const timer = setInterval(() => {
    const elapsed = performance.now() - startedAt;
    if (elapsed < QUIET_MS) return;
    if (output.isErrorTty) {
      output.error(`\r${SPINNER[tick++ % SPINNER.length]} ${what} … ${formatDuration(elapsed)}\u001B[K`);
    } else if (!isSaid) {
      output.error(`${what} …\n`);
    }
    isSaid = true;
  }, TURN_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isSaid && output.isErrorTty) output.error('\r\u001B[K');
  }
}
