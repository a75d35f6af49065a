import type { Command } from 'commander';
import type { Register } from './register.ts';

/** What `ci --export` and deployments leave: whether it is what it was made as. */
export function addArtifactCommands(program: Command, register: Register): void {
  const artifact = program
    .command('artifact')
    .description('what a commit was built into: its manifest and its provenance');
  register(
    artifact,
    'verify <dir>',
    'whether an export is what it was made as: every file, the provenance and its signature',
    async (context, [directory = ''], options) => {
      const { artifactVerify } = await import('../commands/artifact-verify.ts');
      return artifactVerify(context, directory, {
        key: text(options['key']),
        commit: text(options['commit']),
      });
    },
  )
    .option('--key <key>', 'the public key that must have signed it: ed25519:…')
    .option('--commit <commit>', 'the commit that it must be of');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
