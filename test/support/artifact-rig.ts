import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/artifacts/artifact-manifest.ts';
import { exportArtifacts, type Exported, type ExportRequest } from '../../src/artifacts/export-artifacts.ts';

/** A checkout with outputs and a report, and a place to export it to. */
export interface ArtifactRig {
  readonly dir: string;
  readonly root: string;
  readonly out: string;
  export(more?: Partial<ExportRequest>): Promise<Exported>;
  [Symbol.dispose](): void;
}

/** The commit of {@link artifactRig}. */
export const RIG_COMMIT = 'c0ffee'.padEnd(40, '0');

/** Makes a checkout as two checks have left it. */
export function artifactRig(): ArtifactRig {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-artifact-'));
  const root = join(dir, 'checkout');
  const out = join(dir, 'out');
  put(root, 'dist/app.js', 'console.log("hi")\n');
  put(root, 'dist/run.sh', '#!/bin/sh\necho run\n');
  chmodSync(join(root, 'dist/run.sh'), 0o755);
  symlinkSync('app.js', join(root, 'dist/latest.js'));
  put(root, '.glidepath/reports/junit.xml', '<testsuites/>\n');
  utimesSync(join(root, 'dist/app.js'), 1_000, 1_000);
  return {
    dir,
    root,
    out,
    export: async (more) => exportArtifacts({ ...request(root, out), ...more }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function request(root: string, out: string): ExportRequest {
  return {
    directory: out,
    root,
    project: 'shop',
    commit: { sha: RIG_COMMIT, at: Date.UTC(2026, 10, 1) },
    uncommitted: false,
    checks: [
      {
        name: 'build',
        key: '1'.repeat(64),
        verdict: 'passed',
        at: Date.UTC(2026, 10, 2),
        outputs: ['dist/run.sh', 'dist/app.js', 'dist/latest.js'],
        reports: [],
      },
      {
        name: 'test',
        key: null,
        verdict: 'passed',
        at: Date.UTC(2026, 10, 2),
        outputs: [],
        reports: ['.glidepath/reports/junit.xml'],
      },
    ],
    reports: [],
    images: [{ app: 'web', digest: sha256('image of web'), bytes: 12 }],
    sbom: '{"bomFormat":"CycloneDX"}\n',
    tools: { node: '24.21.0' },
    glidepath: '0.0.0',
    facts: {
      builder: 'https://glidepath.dev/builders/local',
      invocation: null,
      repository: 'https://github.com/octo/shop',
      ref: 'main',
      config: { path: 'glidepath.config.ts', digest: sha256('config') },
      locks: [{ path: 'package-lock.json', digest: sha256('lock') }],
      startedAt: Date.UTC(2026, 10, 2),
      finishedAt: Date.UTC(2026, 10, 2, 3, 4, 5),
    },
    signer: null,
  };
}

/** Writes a file with the directories above it. */
export function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
