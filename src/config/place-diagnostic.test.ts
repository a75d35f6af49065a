import { expect, test } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { neon } from './builders/databases.ts';
import { NO_IMPORTS } from './fly-toml/fly-toml-reading.ts';
import { placeDiagnostic } from './place-diagnostic.ts';

const SOURCE = `export default defineProject({
  name: 'shop',
  databases: {
    main: neon({
      project: 'shop',
      parent: 'stagin',
    }),
  },
});
`;

const WRITTEN = {
  definition: {
    name: 'shop',
    apps: {},
    environments: {},
    databases: { main: neon({ project: 'shop', parent: 'stagin' }) },
  },
  imports: NO_IMPORTS,
  shownFile: 'glidepath.config.ts',
  source: SOURCE,
};

function placed(path: string): Diagnostic {
  return placeDiagnostic(WRITTEN, { severity: 'error', code: 'PROVIDER_NOT_FOUND', message: 'x', path });
}

test.each([
  ['databases.main.parent', 'databases.main.parent', 6],
  ['databases.main.project', 'databases.main.project', 5],
  // Nobody wrote it: the database that it would stand at.
  ['databases.main.token', 'databases.main', 4],
])('what a platform has against %s is said at %s, line %i', (path, shown, line) => {
  expect(placed(path)).toMatchObject({ path: shown, location: { file: 'glidepath.config.ts', line } });
});

test('what is written nowhere stays as it is', () => {
  expect(placed('databases.other.parent')).toEqual({
    severity: 'error',
    code: 'PROVIDER_NOT_FOUND',
    message: 'x',
    path: 'databases.other.parent',
  });
});
