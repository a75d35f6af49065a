import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigPath } from '../config-path.ts';
import { createLocator } from './locate.ts';

/** The line, and what stands there from the column on. */
function at(source: string, path: ConfigPath, atKey = false): string | null {
  const position = createLocator(source).locate(path, { atKey });
  if (position === null) return null;
  const text = source.split('\n')[position.line - 1]?.slice(position.column - 1) ?? '';
  return `${position.line} ${text}`;
}

const SOURCE = `import { defineProject, flyApp } from 'glidepath';
// apps: { web: 'not this one' }
const shared = { port: 8080, health: { path: '/' } } as const;
const web: unknown = flyApp({ ...shared, database: 'main' });
function later() { return { apps: 1 }; }
export default defineProject({
  name: 'x',
  'apps': {
    web,
    'web-admin': flyApp({ ...shared, port: 1, regions: ['iad', 'fra'] }),
    [computed]: flyApp({}),
    job: { run() { return { port: 3 }; }, async *other() {}, port: 4 },
  },
  environments: {
    staging: { on: push('main'), gates: [checks(), passed('x')], matches: /[{]/ },
    staging2: cond ? { a: 1 } : { b: 2 },
  },
  ci: { checks: { test: check('mix test', { needs: ['deps'], fast: 1 < 2 }) } },
} satisfies Project);
const after = { name: 'y' };
`;

describe('locate', () => {
  test.each<[ConfigPath, string]>([
    [['name'], "7 'x',"],
    [['apps', 'web-admin', 'port'], "10 1, regions: ['iad', 'fra'] }),"],
    [['apps', 'web-admin', 'regions', 1], "10 'fra'] }),"],
    [['environments', 'staging', 'on'], "15 push('main'), gates: [checks(), passed('x')], matches: /[{]/ },"],
    [['environments', 'staging', 'gates', 1], "15 passed('x')], matches: /[{]/ },"],
    [['environments', 'staging2', 'b'], '16 2 },'],
    [['ci', 'checks', 'test', 'needs', 0], "18 'deps'], fast: 1 < 2 }) } },"],
    [['apps', 'job', 'port'], '12 4 },'],
  ])('finds %j', (path, expected) => {
    expect(at(SOURCE, path)).toBe(expected);
  });

  test('finds the key instead of the value when asked', () => {
    expect(at(SOURCE, ['apps', 'web-admin', 'port'], true)).toBe("10 port: 1, regions: ['iad', 'fra'] }),");
  });

  test('follows spreads and constants to where a key is written', () => {
    expect(at(SOURCE, ['apps', 'web-admin', 'health', 'path'])).toBe("3 '/' } } as const;");
    expect(at(SOURCE, ['apps', 'web', 'database'])).toBe("4 'main' });");
    expect(at(SOURCE, ['apps', 'web', 'port'])).toBe("3 8080, health: { path: '/' } } as const;");
  });

  test('points at the nearest thing around what is not written', () => {
    expect(at(SOURCE, ['apps', 'web-admin', 'vm', 'memory'])).toMatch(/^10 'web-admin'/);
    expect(at(SOURCE, ['environments', 'staging', 'gates', 7])).toMatch(/^15 gates/);
    expect(at(SOURCE, ['github'])).toMatch(/^6 defineProject/);
    expect(at(SOURCE, [])).toMatch(/^6 defineProject/);
  });

  test('follows an exported constant, and constants in lists', () => {
    const source = `const list = ['a', 'b'];\nconst p = { list, [x]: 1, deep: [list] }\nexport default p;`;
    expect(at(source, ['list', 1])).toBe("1 'b'];");
    expect(at(source, ['deep', 0, 1])).toBe("1 'b'];");
    expect(at(source, ['list', 5])).toBe('2 list, [x]: 1, deep: [list] }');
  });

  test('takes the last of two equal keys, as JavaScript does', () => {
    expect(at('export default { a: 1, a: 2 };', ['a'])).toBe('1 2 };');
  });

  test('ends when constants refer to each other in a circle', () => {
    expect(at('const a = b;\nconst b = a;\nexport default a;', ['x', 'y'])).toBe('3 a;');
  });

  test('says nothing of a file without a default export', () => {
    expect(at('const a = { b: 1 };', ['b'])).toBeNull();
    expect(at('', ['b'])).toBeNull();
  });

  test('does not mistake text for code', () => {
    expect(at("const s = 'export default { name: 1 }';\nexport default { name: 2 };", ['name'])).toBe(
      '2 2 };',
    );
  });

  test('never fails, whatever the file holds', () => {
    const pieces = [
      'export default ',
      'const a = ',
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      'a',
      ': ',
      ', ',
      "'b'",
      '`',
      '...',
      '=>',
      ';',
      '\n',
      '/',
      '//',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const source = parts.join('');
        const position = createLocator(source).locate(['a', 0, 'b']);
        if (position !== null) {
          expect(position.line).toBeLessThanOrEqual(source.split('\n').length);
          expect(position.column).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });
});
