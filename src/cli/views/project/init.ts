import { basename } from 'node:path';
import type { InitResult } from '../../project/init-result.ts';
import { paint } from '../text/paint.ts';
import { renderDiagnostic } from '../problem.ts';
import { padEnd, visibleWidth } from '../text/table.ts';

/** The result of `init` for machines. */
export function initDocument({ config, file, isWritten, diagnostics }: InitResult): unknown {
  const { name, text, environments, assumed, kept, ignored } = config;
  return {
    file,
    written: isWritten,
    name,
    apps: config.apps.map((app) => ({
      name: app.name,
      platform: app.platform,
      kind: app.kind,
      folder: app.folder,
      evidence: app.evidence,
    })),
    environments: environments.map((environment) => environment.name),
    assumed,
    kept,
    ignored,
    diagnostics,
    text,
  };
}

/** The result of `init` for people: what was found, guessed, kept and left out, and what to do next. */
export function renderInit({ config, file, isWritten, diagnostics }: InitResult, color: boolean): string {
  const { bold, dim, green, cyan } = paint(color);
  const name = basename(file);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [bold(title), ...lines.map((line) => `  ${line}`), ''];
  const found = config.apps.map(({ name: app, kind, platform, evidence }) =>
    evidence.length === 0
      ? `nothing that tells of an app; one called ${app} is assumed`
      : `${app}: ${KINDS[kind]} on ${PLATFORMS[platform]}  ${dim(evidence.join(', '))}`,
  );
  // The other warnings are about what is kept and ignored, and stand there.
  const others = diagnostics.filter(
    ({ severity, code }) => severity === 'warning' && code !== 'CONFIG_NOT_IMPORTED',
  );
  const [environment] = config.environments;
  const lines = [
    ...(isWritten ? [] : [config.text]),
    isWritten ? `${green('✓')} ${name} is written` : dim(`${name} would be written so; nothing was.`),
    '',
    ...section('Found', found),
    ...section('Assumed; correct it where it is wrong', config.assumed),
    ...section('Kept as it is, in the generated fly.toml files', config.kept),
    ...section('Left out, or left as it is', config.ignored),
    ...others.flatMap((warning) => [renderDiagnostic(warning, color), '']),
    ...section(
      'Next',
      columns([
        [cyan('glidepath validate'), 'every mistake, with its line'],
        [cyan(`glidepath plan deploy ${environment?.name ?? 'production'}`), 'what would be done'],
        ...(config.apps.some(({ platform }) => platform === 'vercel')
          ? []
          : [[cyan('glidepath cloud up'), 'a local cloud to rehearse on, without an account'] as const]),
      ]),
    ),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => visibleWidth(left)));
  return rows.map(([left, right]) => `${padEnd(left, width)}  ${right}`);
}

const KINDS = { phoenix: 'Phoenix', nextjs: 'Next.js', node: 'Node', generic: 'a container' } as const;
const PLATFORMS = { fly: 'Fly', vercel: 'Vercel' } as const;
