import { stripVTControlCharacters } from 'node:util';
import { fitBlocks, type Block } from '../text/fit-blocks.ts';
import { paint, type Paint } from '../text/paint.ts';
import { cut, cutVisible, padEnd, visibleWidth } from '../text/table.ts';
import { formatDuration } from '../text/time.ts';
import { visibleText } from '../text/visible-text.ts';
import { busyCores, type ChecksModel, type ShownCheck } from './checks-model.ts';

const SPINNER = ['◐', '◓', '◑', '◒'];
/** More cores than this are drawn as a number alone. */
const CORES_DRAWN_MAX = 16;

/** How a run of checks is drawn. */
export interface ChecksFrameOptions {
  readonly now: number;
  readonly width: number;
  /** Rows of the screen. */
  readonly rows: number;
  readonly color: boolean;
  readonly tick: number;
}

/** One picture of checks: each with its state, its time and its reason, and under those that run what they said last. */
export function checksFrame(model: ChecksModel, options: ChecksFrameOptions): string {
  const colors = paint(options.color);
  const checks = [...model.checks.values()];
  const width = Math.max(4, ...checks.map(({ name }) => visibleWidth(name)));
  const blocks = checks.map((check) => blockOf(check, width, options, colors));
  // The cursor stands on a row of its own below the picture.
  const lines = [headline(model, options, colors), ...fitBlocks(blocks, Math.max(2, options.rows - 2))];
  return `${lines.map((line) => cutVisible(line, options.width)).join('\n')}\n`;
}

/** The mark of how a check stands. */
export function checkMark(
  state: ShownCheck['state'],
  { result }: Pick<ShownCheck, 'result'>,
  colors: Paint,
  tick = 0,
): string {
  switch (state) {
    case 'to come':
      return colors.dim('·');
    case 'running':
      return colors.blue(SPINNER[tick % SPINNER.length] ?? '◐');
    case 'passed':
      return result !== null && result.from !== 'ran' ? colors.cyan('↺') : colors.green('✓');
    case 'failed':
      return colors.red('✗');
    case 'ended':
      return colors.yellow('⊘');
    case 'not-run':
      return colors.dim('○');
    default:
      return state satisfies never;
  }
}

function blockOf(check: ShownCheck, width: number, options: ChecksFrameOptions, colors: Paint): Block {
  const { state, name, result } = check;
  const mark = checkMark(state, check, colors, options.tick);
  const title = state === 'to come' || state === 'not-run' ? colors.dim(name) : name;
  const words = [check.attempt, result === null ? check.reason : resultWords(check)].filter(
    (part) => part !== '',
  );
  const head = `  ${mark} ${padEnd(title, width)}  ${padEnd(timeOf(check, options.now), 9)}  ${colors.dim(words.join(' · '))}`;
  const said = visibleText(stripVTControlCharacters(check.lastLine)).trim();
  const tail =
    state === 'running' && said !== '' ? [colors.dim(`      │ ${cut(said, options.width - 9)}`)] : [];
  const warnings = (result?.warnings ?? []).map((warning) => colors.yellow(`      ! ${warning}`));
  return { lines: [head.trimEnd(), ...tail, ...warnings], state: blockState(check) };
}

/** What is said of a check that has ended. */
function resultWords({ result, reason }: ShownCheck): string {
  const problem = result?.problem;
  return problem === null || problem === undefined ? reason : problem.message;
}

function blockState({ state, result }: ShownCheck): Block['state'] {
  if (state === 'to come') return 'to come';
  return state === 'passed' && (result?.warnings.length ?? 0) === 0 ? 'done' : 'active';
}

function timeOf({ state, startedAt, durationMs }: ShownCheck, now: number): string {
  if (state === 'running' && startedAt !== null) return formatDuration(now - startedAt);
  return durationMs === null ? '' : formatDuration(durationMs);
}

function headline(model: ChecksModel, { now }: ChecksFrameOptions, colors: Paint): string {
  const checks = [...model.checks.values()];
  const over = checks.filter(({ result }) => result !== null).length;
  const busy = busyCores(model);
  const drawn =
    model.capacity <= CORES_DRAWN_MAX ? `${'▰'.repeat(busy)}${'▱'.repeat(model.capacity - busy)} ` : '';
  const cores = `${drawn}${busy} of ${model.capacity} cores`;
  const parts = [`${over} of ${checks.length}`, formatDuration(now - model.startedAt), cores];
  return `${colors.bold('checks')}  ${colors.dim(parts.join(' · '))}`;
}
