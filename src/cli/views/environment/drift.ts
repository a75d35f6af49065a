import type { DriftStatus } from '../../environment/environment-status.ts';
import type { Paint } from '../text/paint.ts';
import { formatAgo } from '../text/time.ts';

/** What an app has that is not written, and the lines that would write it. */
export function driftLines(
  drift: DriftStatus,
  options: { app: string; environment: string; now: number; colors: Paint },
): string[] {
  const { bold, dim, yellow, cyan } = options.colors;
  const { scaled } = drift;
  const cause =
    scaled === null
      ? ''
      : ` ${dim(`(scaled by hand ${formatAgo(scaled.at, options.now)} by ${scaled.by}, ${scaled.run})`)}`;
  const lines = [`  ${yellow('≠')} ${bold(options.app)} differs from the config${cause}`];
  for (const { words, isPending } of drift.differences) {
    const why = isPending ? dim('  (changed in the config since the last deployment)') : '';
    lines.push(`      written: ${words.written}  ·  there: ${yellow(words.there)}${why}`);
  }
  lines.push(dim('      The next deployment restores what the config says.'));
  if (drift.toWrite.length === 0) return lines;
  lines.push(`    ${cyan('→')} To keep it, add to glidepath.config.ts:`);
  return [
    ...lines,
    ...configLines(options.environment, options.app, drift.toWrite).map((line) => `      ${line}`),
  ];
}

/** Settings of an app in an environment, as they stand in the config. */
export function configLines(environment: string, app: string, settings: readonly string[]): string[] {
  return [
    'environments: {',
    `  ${keyOf(environment)}: {`,
    `    apps: { ${keyOf(app)}: { ${settings.join(', ')} } },`,
    '  },',
    '},',
  ];
}

/** A name with a dash is a key only in quotes. */
function keyOf(name: string): string {
  return /^[a-z_$][\w$]*$/i.test(name) ? name : `'${name}'`;
}
