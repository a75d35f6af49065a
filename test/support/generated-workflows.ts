import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadProject } from '../../src/config/load-project.ts';
import { generateFiles } from '../../src/emit/generate-files.ts';
import type { ResolvedProject } from '../../src/config/resolved.ts';
import type { SourceFile } from '../../src/workflows/read/source-file.ts';
import { approvalGate, resolvedCheck, shop } from './projects.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** The four examples, and a project with everything that there is a file for. */
export const EXAMPLE_NAMES = ['reify', 'gatherly', 'atlaris', 'microbima', 'everything'] as const;

/** What GitHub reads of what is generated for an example: its GitHub workflows, and dependabot.yml. */
export async function generatedForGithub(example: string): Promise<readonly SourceFile[]> {
  const { project } =
    example === 'everything'
      ? { project: everything() }
      : await loadProject({ cwd: join(EXAMPLES, example) });
  return generateFiles(project, { version: '0.1.0' })
    .filter(({ path }) => path.startsWith('.github/'))
    .map(({ path, content }) => ({ path, text: content }));
}

function everything(): ResolvedProject {
  const project = shop();
  return {
    ...project,
    github: { ...project.github, workflows: true, dependabot: true, codeScanning: true },
    cache: {
      ...project.cache,
      remote: { kind: 'http', url: 'https://cache.example/', token: 'CACHE_TOKEN' },
      trust: [`ed25519:${'A'.repeat(43)}`],
    },
    checks: ['lint', 'test'].map((name) =>
      resolvedCheck(name, {
        env: ['TEST_REGION'],
        reports: { junit: [], coverage: [], sarif: [`.glidepath/reports/${name}.sarif`], sbom: [] },
      }),
    ),
    environments: project.environments.map((environment) => ({ ...environment, gates: [approvalGate()] })),
    release: {
      pattern: 'v*',
      command: './publish --all',
      check: null,
      environment: 'release',
      permissions: ['contents', 'id-token'],
      secrets: ['NPM_TOKEN'],
    },
  };
}
