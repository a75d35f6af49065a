import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** What `ci --export` and deployments leave: whether it is what it was made as. */
export function addArtifactCommands(program: Command, register: Register): void {
  const artifact = program
    .command('artifact')
    .helpGroup(HEADING.checks)
    .summary('Verify exports and their provenance')
    .description('What a commit was built into: its manifest and its provenance.');
  register(
    artifact,
    'verify <dir>',
    {
      summary: 'Verify an export',
      details: 'Verifies an export: every file, the provenance and its signature.',
      args: ['a directory that ci --export wrote'],
      examples: ['artifact verify dist-export --commit 12d5294'],
    },
    async (context, [directory = ''], options) => {
      const { artifactVerify } = await import('../commands/artifact-verify.ts');
      return artifactVerify(context, directory, {
        key: text(options['key']),
        commit: text(options['commit']),
      });
    },
  )
    .option('--key <key>', 'the public key that must have signed it: ed25519:…')
    .option('--commit <commit>', 'the commit it must have been made from');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
