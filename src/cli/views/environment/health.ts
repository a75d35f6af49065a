import type { AppHealth } from '../../environment/app-health.ts';
import { coldStartWords } from './machine-row.ts';
import { paint, type Paint } from '../text/paint.ts';
import { renderTable } from '../text/table.ts';
import { formatDuration, formatTime } from '../text/time.ts';

/** Every answer for people: whether the app slept before, what it said, and how long its wake took. */
export function renderHealth(health: readonly AppHealth[], options: { color: boolean }): string {
  const colors = paint(options.color);
  const rows = health.map((one) => [
    one.isHealthy ? colors.green('✓') : colors.red('✗'),
    one.app ?? '',
    beforeWords(one, colors),
    answerWords(one, colors),
    wakeWords(one),
    colors.cyan(one.url ?? ''),
  ]);
  const header = ['', 'app', 'before', 'answer', 'cold start', 'address'].map(colors.dim);
  return renderTable(header, rows);
}

function beforeWords({ before }: AppHealth, { blue, yellow }: Paint): string {
  if (before === null) return '';
  const { awake, asleep, other } = before;
  if (awake + asleep + other === 0) return yellow('no machine');
  if (awake === 0 && other === 0) return blue('asleep');
  const parts = [awake > 0 ? `${awake} awake` : '', asleep > 0 ? `${asleep} asleep` : ''];
  return [...parts, other > 0 ? `${other} in between` : ''].filter((part) => part !== '').join(', ');
}

function answerWords({ answer, url, before, isHealthy }: AppHealth, { dim, red }: Paint): string {
  if (answer === null) {
    if (url !== null || before === null || before.awake + before.asleep + before.other === 0) return '';
    return isHealthy ? dim('no port; its machines are well') : red('no port; a machine is unhealthy');
  }
  if (answer.status === null) return red(`none after ${formatDuration(answer.ms)}: ${answer.error}`);
  const text = `${answer.status} in ${formatDuration(answer.ms)}`;
  return answer.status < 400 ? text : red(text);
}

function wakeWords({ coldStartMs, wake }: AppHealth): string {
  if (coldStartMs === null) return '';
  const at = wake === null ? '' : ` at ${formatTime(wake.at)}`;
  return `woke in ${coldStartWords(coldStartMs)}${at}`;
}
