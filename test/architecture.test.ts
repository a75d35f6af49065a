import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../src/diagnostics/error-codes.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SRC = join(ROOT, 'src');

const BASE = ['diagnostics', 'util'];

/** The layer table: a folder of src may import itself and these, nothing else. ARCHITECTURE.md prints the same. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  util: [],
  diagnostics: ['util'],
  config: BASE,
  stacks: ['config', ...BASE],
  plan: ['config', ...BASE],
  migrations: ['config', ...BASE],
  workflows: ['config', ...BASE],
  reports: ['config', ...BASE],
  security: ['reports', 'workflows', 'config', ...BASE],
  artifacts: ['config', ...BASE],
  checks: ['config', ...BASE],
  engine: ['plan', ...BASE],
  providers: ['config', ...BASE],
  cloud: BASE,
  emit: ['plan', 'stacks', 'config', ...BASE],
  pipeline: [
    'checks',
    'reports',
    'security',
    'artifacts',
    'engine',
    'plan',
    'migrations',
    'providers',
    'stacks',
    'config',
    ...BASE,
  ],
  cli: [
    'cloud',
    'pipeline',
    'emit',
    'checks',
    'reports',
    'security',
    'artifacts',
    'engine',
    'plan',
    'workflows',
    'migrations',
    'providers',
    'stacks',
    'config',
    ...BASE,
  ],
};

/** Only shrinks, and is empty. */
const NAMED_BY_NO_TEST: readonly string[] = [];

const CODES = Object.keys(ERROR_CODES);
const FILES = repositoryFiles();
const SOURCES = FILES.filter((file) => /^(src|bin|scripts|bench|examples)\/.*\.(ts|js)$/.test(file));
const DOCUMENTS = FILES.filter((file) => file.endsWith('.md'));
const TESTS = FILES.filter(
  (file) => /\.(test|suite)\.ts$/.test(file) && basename(file) !== 'architecture.test.ts',
);

describe('layers only look down', () => {
  test.each(Object.keys(MAY_IMPORT))('src/%s imports only what its row allows', (layer) => {
    const allowed = new Set([layer, ...(MAY_IMPORT[layer] ?? [])]);
    const breaches = filesUnder(join(SRC, layer)).flatMap((file) =>
      importsOf(file)
        .filter((target) => !allowed.has(layerOf(target)) && !isSupportOfTest(file, target))
        .map((target) => `${relative(SRC, file)} → ${relative(SRC, target)}`),
    );
    expect(breaches).toEqual([]);
  });

  test('every folder of src has a row in the table', () => {
    const folders = readdirSync(SRC).filter((name) => statSync(join(SRC, name)).isDirectory());
    expect(folders.filter((name) => !(name in MAY_IMPORT))).toEqual([]);
  });

  test('no files import each other in a circle, not even types', () => {
    expect(importCircles(filesUnder(SRC)).map((circle) => circle.map((file) => relative(SRC, file)))).toEqual(
      [],
    );
  });

  test('ARCHITECTURE.md prints the same table', () => {
    const printed = [...read('ARCHITECTURE.md').matchAll(/^\| (\w+) \| ([\w, ]*?) ?\|$/gm)]
      .map(
        ([, layer = '', imports = '']) => [layer, imports.split(', ').filter((name) => name !== '')] as const,
      )
      .filter(([layer]) => layer in MAY_IMPORT);
    expect(Object.fromEntries(printed)).toEqual(MAY_IMPORT);
  });
});

describe('every error code', () => {
  test('has a page with its title, its exit code, what to do and an example', () => {
    const poor = CODES.filter((code) => {
      const { title, exit } = ERROR_CODES[code as keyof typeof ERROR_CODES];
      const page = existsSync(join(ROOT, pageOf(code))) ? read(pageOf(code)) : '';
      return (
        !page.startsWith(`# ${code}: ${title}\n`) ||
        !page.includes(`exit code ${exit}.`) ||
        !['**Why**', '**What to do**', '**Example**'].every((part) => page.includes(part))
      );
    });
    expect(poor).toEqual([]);
  });

  test('is named by a test', () => {
    const tests = TESTS.map(read).join('\n');
    expect(CODES.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests))).toEqual(NAMED_BY_NO_TEST);
  });

  test('is used by the source, and stands in the list of pages', () => {
    const sources = SOURCES.filter((file) => file !== 'src/diagnostics/error-codes.ts')
      .map(read)
      .join('\n');
    const list = read('docs/errors/README.md');
    expect(CODES.filter((code) => !new RegExp(`\\b${code}\\b`).test(sources))).toEqual([]);
    expect(CODES.filter((code) => !list.includes(`[${code}](${code}.md)`))).toEqual([]);
  });

  test('is all that has a page', () => {
    const pages = FILES.filter(
      (file) => /^docs\/errors\/[A-Z_]+\.md$/.test(file) && basename(file) !== 'README.md',
    );
    expect(pages.filter((page) => !CODES.includes(basename(page, '.md')))).toEqual([]);
  });
});

describe('files', () => {
  test('are named after what they hold: no utils, helpers, common, misc, Manager, index', () => {
    const banned = /(^|[-/])(utils?|helpers?|common|misc|managers?|index)\.[jt]s$/;
    // npm, pnpm and yarn are called package managers by everybody.
    const allowed = new Set(['src/index.ts', 'src/stacks/package-manager.ts']);
    expect(SOURCES.filter((file) => banned.test(file) && !allowed.has(file))).toEqual([]);
  });

  test('are named in kebab-case', () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|suite|config))?\.[jt]s$/;
    expect(SOURCES.filter((file) => !name.test(basename(file)))).toEqual([]);
  });

  test('have at most 300 lines, tests excepted', () => {
    const long = SOURCES.filter((file) => !TESTS.includes(file) && read(file).split('\n').length > 301);
    expect(long).toEqual([]);
  });

  test('leave nothing to be done later and nothing commented out', () => {
    const left = SOURCES.filter((file) => /\b(TODO|FIXME|XXX)\b|^\s*\/\/.*[;{]\s*$/m.test(read(file)));
    expect(left).toEqual([]);
  });

  test('name no machine and no host that packages are downloaded from', () => {
    const machine = new RegExp(
      // In an image root's caches are where package managers have them by themselves.
      [
        '(?<![\\w.-])/work/',
        '/root/(?!\\.(npm|local|yarn|hex|cache)\\b)',
        '/home/(?!ada\\b)\\w+/',
        'C:\\\\Users',
      ].join('|'),
    );
    const host =
      /(?<!docs\.|www\.)\b(registry\.[\w.-]*|[\w-]+\.(?:pkgs?|artifactory)\.[\w.-]+)\.(?:org|com|io)\/[^\s]*\.tgz|registry\.npmjs\.org/;
    const named = FILES.filter((file) => file !== 'test/architecture.test.ts' && isText(file)).filter(
      (file) => {
        const text = read(file);
        return machine.test(text) || host.test(text);
      },
    );
    expect(named).toEqual([]);
  });

  test('in the lock file, packages have an integrity and no address', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string }>;
    };
    const poor = Object.entries(packages).filter(
      ([path, entry]) => path !== '' && (entry.resolved !== undefined || entry.integrity === undefined),
    );
    expect(poor.map(([path]) => path)).toEqual([]);
  });
});

describe('documents', () => {
  test('link only to what is there', () => {
    const broken = DOCUMENTS.flatMap((file) =>
      [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
        .filter((target) => target !== '' && !/^(https?|mailto):/.test(target))
        .filter((target) => !existsSync(resolve(ROOT, dirname(file), target)))
        .map((target) => `${file} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('are all reached by links from README.md', () => {
    const reached = new Set(['README.md']);
    for (const file of reached)
      for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:)([^)#\s]+\.md)(?:#[^)]*)?\)/g)) {
        const path = relative(ROOT, resolve(ROOT, dirname(file), target));
        if (FILES.includes(path)) reached.add(path);
      }
    const pages = DOCUMENTS.filter((file) => /^(docs\/|[A-Z]+\.md$)/.test(file));
    expect(pages.filter((file) => !reached.has(file))).toEqual([]);
  });

  test('ARCHITECTURE.md has at most 200 lines, and the tests it names are there', () => {
    const text = read('ARCHITECTURE.md');
    const named = [...text.matchAll(/`((?:src|test)\/[\w./-]+\.test\.ts)`/g)].map((match) => match[1] ?? '');
    expect(text.split('\n').length).toBeLessThanOrEqual(201);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('every decision has a number, a title, a date, a status and its parts', () => {
    const decisions = FILES.filter((file) => /^docs\/decisions\/\d/.test(file));
    const poor = decisions.filter((file) => {
      const number = Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1] ?? Number.NaN);
      const parts = [
        `# ${number}. `,
        '\n- Date: 20',
        '\n- Status: ',
        '\n## Context',
        '\n## Decision',
        '\n## Consequences',
      ];
      return !parts.every((part) => read(file).includes(part));
    });
    expect(poor).toEqual([]);
  });

  test('every runtime dependency has its reason', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const reasons = read('docs/decisions/0001-runtime-dependencies.md');
    expect(Object.keys(dependencies).filter((name) => !reasons.includes(`\n| \`${name}\` |`))).toEqual([]);
  });
});

/** What is tracked or would be: paths from the root, with `/`. */
function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  return listed
    .toString()
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function isText(file: string): boolean {
  return !/\.(png|jpg|gif|ico|gz|tgz|wasm)$/.test(file);
}

function pageOf(code: string): string {
  return `docs/errors/${code}.md`;
}

/** A document without what stands in code fences and code spans. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
    resolve(dirname(file), match[1] ?? ''),
  );
}

/** Files from which imports lead back to them, each circle once. */
function importCircles(files: readonly string[]): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const follow = (file: string): void => {
    const at = way.indexOf(file);
    if (at !== -1) circles.push(way.slice(at));
    if (at !== -1 || done.has(file)) return;
    way.push(file);
    for (const target of importsOf(file)) if (existsSync(target)) follow(target);
    way.pop();
    done.add(file);
  };
  for (const file of files) follow(file);
  return circles;
}

/** A test may use what test/support offers to all of them. */
function isSupportOfTest(file: string, target: string): boolean {
  return file.endsWith('.test.ts') && target.startsWith(join(ROOT, 'test/support'));
}

function layerOf(target: string): string {
  return relative(SRC, target).split(sep)[0] ?? '';
}
