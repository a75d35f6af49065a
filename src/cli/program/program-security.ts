import { InvalidArgumentError, type Command } from 'commander';
import type { TypedSecurityOptions } from '../security/security-work.ts';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** What is unsafe in a project: each command looks for one kind of thing, and judges it by `ci.security`. */
export function addSecurityCommands(program: Command, register: Register): void {
  const group = program
    .command('security')
    .helpGroup(HEADING.checks)
    .summary('Scan dependencies, secrets and images')
    .description('Security scans: dependencies, files, Dockerfiles, GitHub workflows and images.');
  addAudit(group, register);
  addSecrets(group, register);
  addMaterials(group, register);
  addImage(group, register);
  withOptions(
    register(
      group,
      'dockerfile [files...]',
      {
        summary: 'Find risks in Dockerfiles',
        details: 'Finds what is unsafe or wasteful in Dockerfiles, and shows what to write instead.',
        args: ['only these files; all of the repository otherwise'],
        examples: ['security dockerfile'],
      },
      async (context, files, options) => {
        const { securityDockerfile } = await import('../commands/security-dockerfile.ts');
        return securityDockerfile(context, files, typedOf(options));
      },
    ),
  );
  withOptions(
    register(
      group,
      'workflows',
      {
        summary: 'Find risks in GitHub workflows',
        details: 'Judges the findings of github lint by the policy of the project.',
        examples: ['security workflows --sarif workflows.sarif'],
      },
      async (context, _args, options) => {
        const { securityWorkflows } = await import('../commands/security-workflows.ts');
        return securityWorkflows(context, typedOf(options));
      },
    ),
  );
}

function addImage(group: Command, register: Register): void {
  withOptions(
    register(
      group,
      'image [images...]',
      {
        summary: 'Inspect images',
        details:
          'Inspects images: OCI layouts, tars of docker save, or images of the local container engine.',
        args: ['the images; those built last otherwise'],
        examples: ['security image', 'security image web.tar --sbom web.cdx.json'],
      },
      async (context, images, options) => {
        const { securityImage } = await import('../commands/security-image.ts');
        const sbom = typeof options['sbom'] === 'string' ? options['sbom'] : null;
        return securityImage(context, images, { ...typedOf(options), sbom });
      },
    ),
  ).option('--sbom <file>', 'write the contents of the images as CycloneDX 1.6');
}

function addMaterials(group: Command, register: Register): void {
  register(
    group,
    'sbom',
    {
      summary: 'Write a bill of materials (CycloneDX)',
      details:
        'Writes a bill of materials of the project as CycloneDX 1.6: the same bytes for the same commit.',
      examples: ['security sbom --output sbom.cdx.json'],
    },
    async (context, _args, options) => {
      const { securitySbom } = await import('../commands/security-sbom.ts');
      const file = typeof options['output'] === 'string' ? options['output'] : null;
      return securitySbom(context, { file, isRequired: options['require'] === true });
    },
  )
    .option('--output <file>', 'the file to write; standard output otherwise')
    .option('--require', 'also fail if a lock file could not be read');
  withOptions(
    register(
      group,
      'licenses',
      {
        summary: 'List the licenses of all packages',
        details: 'Lists the licenses of all packages, and reports those ci.security.licences does not allow.',
        examples: ['security licenses'],
      },
      async (context, _args, options) => {
        const { securityLicences } = await import('../commands/security-licences.ts');
        return securityLicences(context, typedOf(options));
      },
    ),
    // Checks of older configs say it so.
  ).alias('licences');
}

function addAudit(group: Command, register: Register): void {
  withOptions(
    register(
      group,
      'audit',
      {
        summary: 'Report vulnerable packages',
        details:
          'Reports known vulnerabilities in locked packages, from the npm registry, mix and the advisories of the config.',
        examples: ['security audit', 'security audit --offline'],
      },
      async (context, _args, options) => {
        const { securityAudit } = await import('../commands/security-audit.ts');
        return securityAudit(context, { ...typedOf(options), isOffline: options['offline'] === true });
      },
    ),
  ).option('--offline', 'use only the advisories of ci.security.advisories');
}

function addSecrets(group: Command, register: Register): void {
  withOptions(
    register(
      group,
      'secrets',
      {
        summary: 'Find secrets in files',
        details: 'Finds secrets in files. Never prints one.',
        examples: ['security secrets', 'security secrets --history 50'],
      },
      async (context, _args, options) => {
        const { securitySecrets } = await import('../commands/security-secrets.ts');
        const history = typeof options['history'] === 'number' ? options['history'] : 0;
        return securitySecrets(context, { ...typedOf(options), history });
      },
    ),
  ).option('--history <commits>', 'also scan what this many commits added', wholeNumber);
}

function withOptions(command: Command): Command {
  return command
    .option('--sarif <file>', 'also write the findings as SARIF')
    .option('--require', 'also fail if something could not be checked');
}

function typedOf(options: Readonly<Record<string, unknown>>): TypedSecurityOptions {
  return {
    sarif: typeof options['sarif'] === 'string' ? options['sarif'] : null,
    isRequired: options['require'] === true,
  };
}

function wholeNumber(typed: string): number {
  const count = Number(typed);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Give a whole number from 1.');
  return count;
}
