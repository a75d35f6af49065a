import { quoted, type CodeEntry } from './code.ts';

/** As scripts are called in most repositories, by the check that runs them; the first one that is there counts. */
const FORMAT = ['format:check', 'check:format', 'fmt:check', 'prettier:check'];
const LINT = ['lint', 'lint:check'];
const TYPES = ['typecheck', 'type-check', 'types', 'check-types', 'check:types', 'tsc'];
const INTEGRATION = ['test:integration', 'integration'];

/** What `npm init` writes: no test at all. */
const NO_TEST = /no test specified/;

/**
 * The setting `scripts` of `node()` and `nextjs()`: what package.json has, so that a script which is taken out of it
 * later is missed. `hasBuild`: whether it is known what its build makes.
 */
export function scriptsEntry(
  call: 'node' | 'nextjs',
  scripts: Readonly<Record<string, string>>,
  hasBuild: boolean,
): CodeEntry {
  const first = (names: readonly string[]): string | undefined =>
    names.find((name) => scripts[name] !== undefined && !NO_TEST.test(scripts[name]));
  const found: readonly (readonly [string, string | undefined])[] = [
    ['format', first(FORMAT)],
    ['lint', first(LINT)],
    ['types', first(TYPES)],
    ...(call === 'node'
      ? ([['test', first(['test', 'test:unit'])]] as const)
      : ([
          ['unit', first(['test:unit', 'test'])],
          ['integration', first(INTEGRATION)],
        ] as const)),
    ['build', hasBuild ? first(['build']) : undefined],
  ];
  const fields = found.flatMap(([check, script]) =>
    script === undefined ? [] : [`${check}: ${quoted(script)}`],
  );
  return {
    key: 'scripts',
    value: fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`,
    comment:
      fields.length === 0
        ? 'The checks of package.json: it has none yet.'
        : 'The checks: scripts of package.json.',
  };
}
