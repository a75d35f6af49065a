import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterEach, describe, expect, test } from 'vitest';
import { securityLicences } from '../../src/cli/commands/security-licences.ts';
import { securitySbom } from '../../src/cli/commands/security-sbom.ts';
import { securityRig, type SecurityRig } from '../support/security-rig.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TYPED = { sarif: null, isRequired: false };

const open: Disposable[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
});

function rigOf(...args: Parameters<typeof securityRig>): SecurityRig {
  const rig = securityRig(...args);
  open.push(rig);
  return rig;
}

/** The schema of CycloneDX 1.6, as its own library brings it. */
function cycloneDxSchema(): ValidateFunction {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const schema = (name: string): object =>
    JSON.parse(
      readFileSync(join(dirname(library), 'res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8'),
    ) as object;
  const ajv = new Ajv({ strict: false, validateFormats: true });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  for (const format of ['iri-reference', 'idn-email', 'email', 'uri', 'uri-reference'])
    ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(schema('bom-1.6'));
}

interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl?: string;
    readonly scope?: string;
    readonly licenses?: readonly object[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const FILES = {
  'package.json': '{"name":"shop","version":"1.2.3"}',
  'package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': {
        name: 'shop',
        version: '1.2.3',
        dependencies: { '@s/a': '1', odd: '1' },
        devDependencies: { tool: '1' },
      },
      'node_modules/@s/a': {
        version: '1.0.0',
        license: '(MIT OR GPL-3.0-only)',
        integrity: 'sha512-AAEC',
        dependencies: { b: '1' },
      },
      'node_modules/b': { version: '1.0.0', license: 'Apache 2.0' },
      'node_modules/odd': { version: '1.0.0', license: 'SEE LICENSE IN odd.txt' },
      'node_modules/tool': { version: '1.0.0', license: 'GPL-3.0-only', dev: true },
    },
  }),
  'api/mix.exs': 'defmodule A do\n def project, do: [app: :api]\n defp deps, do: [{:plug, "~> 1.0"}]\nend\n',
  'api/mix.lock': '%{"plug": {:hex, :plug, "1.16.1", "aa", [:mix], [], "hexpm", "0d"}}\n',
};

async function sbomOf(rig: SecurityRig, env: Record<string, string> = {}): Promise<string> {
  const context = rig.context({ env });
  expect(await securitySbom(context, { file: null, isRequired: true })).toBe(0);
  return context.printed.out;
}

describe('a bill of materials', () => {
  test('is valid CycloneDX 1.6, with all packages of all lock files and what needs what', async () => {
    const rig = rigOf(FILES);
    const text = await sbomOf(rig);
    const isValid = cycloneDxSchema();
    const sbom = JSON.parse(text) as Sbom;
    expect(isValid(sbom), JSON.stringify(isValid.errors)).toBe(true);
    expect(isValid({ ...sbom, components: [{ name: 'no type' }] })).toBe(false);
    expect(
      sbom.components.map(({ purl, scope }) => [purl, scope]).filter(([purl]) => purl !== undefined),
    ).toEqual(
      expect.arrayContaining([
        ['pkg:npm/%40s/a@1.0.0', 'required'],
        ['pkg:npm/tool@1.0.0', 'excluded'],
        ['pkg:hex/plug@1.16.1', 'required'],
      ]),
    );
    expect(sbom.components.find(({ name }) => name === 'b')?.licenses).toEqual([
      { license: { id: 'Apache-2.0' } },
    ]);
    expect(sbom.components.find(({ name }) => name === 'odd')?.licenses).toEqual([
      { license: { name: 'SEE LICENSE IN odd.txt' } },
    ]);
    expect(sbom.dependencies.find(({ ref }) => ref === 'root')?.dependsOn).toEqual([
      'workspace:.',
      'workspace:api',
    ]);
    expect(sbom.dependencies.find(({ ref }) => ref === 'pkg:npm/%40s/a@1.0.0')?.dependsOn).toEqual([
      'pkg:npm/b@1.0.0',
    ]);
    expect(sbom.metadata.timestamp).toBe('2026-11-21T12:00:00.000Z');
  });

  test('has the same bytes for the same commit elsewhere, and another number for another content', async () => {
    const one = await sbomOf(rigOf(FILES));
    expect(await sbomOf(rigOf(FILES))).toBe(one);
    const other = await sbomOf(
      rigOf({ ...FILES, 'api/mix.lock': FILES['api/mix.lock'].replace('1.16.1', '1.16.2') }),
    );
    expect((JSON.parse(other) as Sbom).serialNumber).not.toBe((JSON.parse(one) as Sbom).serialNumber);
    const dated = JSON.parse(await sbomOf(rigOf(FILES), { SOURCE_DATE_EPOCH: '0' })) as Sbom;
    expect(dated.metadata.timestamp).toBe('1970-01-01T00:00:00.000Z');
  });

  test('of this project is valid, and of what npm itself writes for it', async () => {
    const rig = rigOf({
      'package.json': readFileSync(join(ROOT, 'package.json'), 'utf8'),
      'package-lock.json': readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
    });
    const sbom = JSON.parse(await sbomOf(rig)) as Sbom;
    const isValid = cycloneDxSchema();
    expect(isValid(sbom), JSON.stringify(isValid.errors)).toBe(true);
    const npm = JSON.parse(
      execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--offline'], {
        cwd: rig.root,
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
      }),
    ) as Sbom;
    const purls = (of: Sbom): string[] =>
      [...new Set(of.components.flatMap(({ purl }) => purl ?? []))].toSorted();
    // npm leaves out what is for another system.
    const ours = new Set(purls(sbom));
    expect(purls(npm).length).toBeGreaterThan(300);
    expect(purls(npm).filter((purl) => !ours.has(purl) && !purl.includes('microbima'))).toEqual([]);
  });
});

describe('licences', () => {
  test('are counted, and none is refused where all are allowed', async () => {
    const context = rigOf(FILES).context();
    expect(await securityLicences(context, TYPED)).toBe(0);
    expect(context.printed.out).toMatch(/Apache-2\.0 +1 +b@1\.0\.0/);
    expect(context.printed.out).toContain('Every license is allowed');
    // Nothing of mix is installed here.
    expect(context.printed.out.replaceAll(/\s+/g, ' ')).toContain(
      '1 package is not installed here, so its license is unknown: plug',
    );
  });

  test('that are not allowed, or are none, are refused with the way in; what is for development weighs little', async () => {
    const rig = rigOf(FILES, { licences: ['MIT', 'Apache-2.0'] });
    const context = rig.context({ json: true });
    expect(await securityLicences(context, TYPED)).toBe(1);
    const { refused, tolerated } = JSON.parse(context.printed.out) as Record<
      'refused' | 'tolerated',
      { id: string; package: string }[]
    >;
    expect(refused.map(({ id, package: name }) => [id, name])).toEqual([['licence-unknown', 'odd@1.0.0']]);
    expect(tolerated.map(({ id, package: name }) => [id, name])).toEqual([
      ['licence-not-allowed', 'tool@1.0.0'],
    ]);
  });

  test('of installed packages are read, of Hex and of npm', async () => {
    const rig = rigOf(
      {
        'mix.lock': FILES['api/mix.lock'],
        'yarn.lock': 'x@1:\n  version "1.0.0"\n',
        'package.json': '{"name":"shop","dependencies":{"x":"1"}}',
      },
      { licences: ['MIT'] },
    );
    rig.write({
      'deps/plug/hex_metadata.config': '{<<"name">>,<<"plug">>}.\n{<<"licenses">>,[<<"Apache-2.0">>]}.\n',
      'node_modules/x/package.json':
        '{"name":"x","version":"1.0.0","licenses":[{"type":"MIT"},{"type":"BSD-3-Clause"}]}',
    });
    const context = rig.context({ json: true });
    expect(await securityLicences(context, TYPED)).toBe(1);
    expect(JSON.parse(context.printed.out)).toMatchObject({
      refused: [{ id: 'licence-not-allowed', package: 'plug@1.16.1' }],
      skipped: [],
    });
  });
});
