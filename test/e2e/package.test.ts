import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, test } from 'vitest';
import { ERROR_CODES } from '../../src/diagnostics/error-codes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The package as npm would install it: unpacked from the tarball that test/support/packed-cli.ts made. */
const installed = dirname(dirname(inject('cli')));
const home = dirname(dirname(installed));

const CONSUMER = `import { approval, defineProject, flyApp, flyPostgres, node, passed, push, secret, urlOf } from 'glidepath';
import type { ResolvedProject } from 'glidepath';

export const names = (project: ResolvedProject): string[] => project.environments.map(({ name }) => name);

export default defineProject({
  name: 'shop',
  databases: { main: flyPostgres({ secret: 'DATABASE_URL' }) },
  apps: {
    api: flyApp({ stack: node(), port: 8080, health: { path: '/health' }, database: 'main' }),
    web: flyApp({ stack: node(), port: 8080, env: { API_URL: urlOf('api'), KEY: secret('WEB_KEY') } }),
  },
  environments: {
    staging: { on: push('staging'), fly: { org: 'shop', token: 'FLY_API_TOKEN_STAGING' }, regions: ['iad'] },
    production: {
      on: push('production'),
      fly: { org: 'shop', token: 'FLY_API_TOKEN_PRODUCTION' },
      regions: { iad: 2 },
      gates: [passed('staging'), approval()],
    },
  },
});
`;

describe('the packed package', () => {
  test('holds what runs and what is read, and nothing else', () => {
    const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
    const [{ files }] = JSON.parse(listed.toString()) as [{ files: { path: string }[] }];
    const paths = files.map((file) => file.path);
    for (const needed of [
      'bin/glidepath.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cloud/guard.js',
      'dist/cloud/main.js',
      'dist/cloud/postgres-image/psql.js',
      'LICENSE',
    ]) {
      expect(paths).toContain(needed);
    }
    expect(
      paths.filter(
        (path) => !/^(bin|dist|docs\/errors)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path),
      ),
    ).toEqual([]);
    expect(paths.filter((path) => /\.test\./.test(path))).toEqual([]);
  });

  test('explains each error that it can end with, and has a way out for a code that there is not', () => {
    const explain = (code: string) =>
      spawnSync(process.execPath, [join(installed, 'bin/glidepath.js'), 'explain', code], {
        encoding: 'utf8',
      });
    for (const code of ['CHECK_FAILED', 'migration_blocked'])
      expect(explain(code).stdout).toMatch(
        new RegExp(`^${code.toUpperCase()}: [^]*Why[^]*What to do[^]*Example`),
      );
    expect(explain('CHECK_FALED').stderr).toContain('Did you mean: glidepath explain CHECK_FAILED');
    for (const code of Object.keys(ERROR_CODES))
      expect(existsSync(join(installed, 'docs/errors', `${code}.md`)), code).toBe(true);
  });

  test('is in order by the rules of publint', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    const pkg = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test.each(['nodenext', 'bundler'])("types a consumer's config under module resolution %s", (resolution) => {
    expect(typeCheck(CONSUMER, resolution)).toBe('');
  });

  test('its types refuse a name that does not exist, where it stands', () => {
    const wrong = CONSUMER.replace("passed('staging')", "passed('stagin')").replace(
      "urlOf('api')",
      "urlOf('apy')",
    );
    const errors = typeCheck(wrong, 'nodenext');
    expect(errors).toMatch(/stagin/);
    expect(errors).toMatch(/apy/);
  });
});

/** What the compiler says of a config in a project that has the package installed; empty when it has no objection. */
function typeCheck(source: string, resolution: string): string {
  const config = join(home, `${resolution}.config.ts`);
  const project = join(home, `${resolution}.tsconfig.json`);
  const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2023',
    module,
    moduleResolution: resolution,
    types: [],
  };
  writeFileSync(config, source);
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [realpathSync(config)] }));
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], {
      cwd: home,
    });
    return '';
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout);
  } finally {
    rmSync(config);
    rmSync(project);
  }
}
