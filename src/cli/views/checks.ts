import type { CheckEvent } from '../../checks/run-checks.ts';
import { failureWords } from '../../checks/run-check.ts';
import { annotation, GROUP_END, groupStart } from '../annotations.ts';
import type { Output } from '../output.ts';
import { paint } from './paint.ts';
import { formatDuration } from './time.ts';

/** How checks are shown. */
export interface ChecksViewOptions {
  readonly output: Output;
  /** Inside GitHub Actions: output is folded away, and a failure is an annotation. */
  readonly isActions: boolean;
  /** Shows also what a check prints that passes, where a person looks on. */
  readonly isVerbose: boolean;
  readonly redact: (line: string) => string;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

/** Shows checks while they run; a reader of their events. */
export interface ChecksView extends Disposable {
  onEvent(event: CheckEvent): void;
}

const TURN_MS = 100;
const SPINNER = ['◐', '◓', '◑', '◒'];

/**
 * On a terminal one line for each check, which turns while it runs; elsewhere all that they print, so that a log has
 * it. With `--json` nothing: its document comes at the end.
 */
export function checksView(options: ChecksViewOptions): ChecksView {
  const { output, isActions, isVerbose, redact } = options;
  const { bold, dim, green, red } = paint(output.color);
  const isQuiet = output.isTty && !isVerbose && !isActions;
  const line = isQuiet ? turningLine(output, options.now) : null;
  const showStart = (name: string, command: string, preparesFor: readonly string[]): void => {
    const why = preparesFor.length === 0 ? '' : dim(`, for ${preparesFor.join(', ')}`);
    if (line !== null) line.start(name);
    else if (isActions) output.write(groupStart(`${name} · ${command}`));
    else output.write(`${bold(name)}${why}  ${dim(command)}\n`);
  };
  return {
    onEvent(event) {
      if (output.json) return;
      if (event.type === 'started')
        showStart(event.selected.check.name, event.selected.check.command, event.selected.preparesFor);
      if (event.type === 'line' && line === null)
        output.write(`${isActions ? '' : '  '}${redact(event.line)}\n`);
      if (event.type === 'not-run') output.write(`${dim(`○ ${event.name}  not run, ${event.reason}`)}\n`);
      if (event.type !== 'ended') return;
      const { check, result } = event;
      line?.stop();
      if (isActions) output.write(GROUP_END);
      const time = formatDuration(result.durationMs);
      if (result.hasPassed) return output.write(`${green('✓')} ${bold(check.name)}  ${dim(time)}\n`);
      const how = failureWords(check, result);
      output.write(`${red('✗')} ${bold(check.name)}  ${how} after ${time}\n`);
      if (isActions)
        output.write(
          annotation(
            'error',
            { title: `Check ${check.name}` },
            `The check ${check.name} ${how}. Run it again: glidepath ci --only ${check.name}`,
          ),
        );
    },
    [Symbol.dispose]: () => line?.stop(),
  };
}

/** A line on a terminal that turns, counts, and is taken back. */
function turningLine(output: Output, now: () => number): { start(name: string): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  return {
    start(name) {
      const startedAt = now();
      let turn = 0;
      const draw = (): void =>
        output.write(
          `\r${SPINNER[turn++ % SPINNER.length]} ${name}  ${formatDuration(now() - startedAt)}\u001B[K`,
        );
      draw();
      timer = setInterval(draw, TURN_MS);
    },
    stop() {
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      output.write('\r\u001B[K');
    },
  };
}
