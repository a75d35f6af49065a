import { InvalidArgumentError, type Command } from 'commander';
import type { TypedSecurityOptions } from '../security/security-work.ts';
import type { Register } from './register.ts';

/** What is unsafe in a project: each command looks for one kind of thing, and judges it by `ci.security`. */
export function addSecurityCommands(program: Command, register: Register): void {
  const group = program
    .command('security')
    .description('what is unsafe: in dependencies, files, Dockerfiles, GitHub workflows and images');
  addAudit(group, register);
  addSecrets(group, register);
  addMaterials(group, register);
  addImage(group, register);
  withOptions(
    register(
      group,
      'dockerfile [files...]',
      'what is unsafe or wasteful in Dockerfiles, and what to write instead',
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
      'what `github lint` finds in GitHub workflows, judged by the policy of the project',
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
      'what is inside of images: OCI layouts, tars of docker save, images of the engine here; those built last otherwise',
      async (context, images, options) => {
        const { securityImage } = await import('../commands/security-image.ts');
        const sbom = typeof options['sbom'] === 'string' ? options['sbom'] : null;
        return securityImage(context, images, { ...typedOf(options), sbom });
      },
    ),
  ).option('--sbom <file>', 'write what is in the images as CycloneDX 1.6');
}

function addMaterials(group: Command, register: Register): void {
  register(
    group,
    'sbom',
    'everything that the project is made of, as CycloneDX 1.6: the same bytes for the same commit',
    async (context, _args, options) => {
      const { securitySbom } = await import('../commands/security-sbom.ts');
      const file = typeof options['output'] === 'string' ? options['output'] : null;
      return securitySbom(context, { file, isRequired: options['require'] === true });
    },
  )
    .option('--output <file>', 'where it is written; standard output otherwise')
    .option('--require', 'fail also where a lock file could not be read');
  withOptions(
    register(
      group,
      'licences',
      'the licences of all packages, and those that ci.security.licences does not allow',
      async (context, _args, options) => {
        const { securityLicences } = await import('../commands/security-licences.ts');
        return securityLicences(context, typedOf(options));
      },
    ),
  );
}

function addAudit(group: Command, register: Register): void {
  withOptions(
    register(
      group,
      'audit',
      'what is known against the packages of the lock files: by the registry of npm, by mix, by the advisories of the config',
      async (context, _args, options) => {
        const { securityAudit } = await import('../commands/security-audit.ts');
        return securityAudit(context, { ...typedOf(options), isOffline: options['offline'] === true });
      },
    ),
  ).option('--offline', 'ask nobody: only the advisories of ci.security.advisories');
}

function addSecrets(group: Command, register: Register): void {
  withOptions(
    register(
      group,
      'secrets',
      'secrets that were written into files; none is ever printed',
      async (context, _args, options) => {
        const { securitySecrets } = await import('../commands/security-secrets.ts');
        const history = typeof options['history'] === 'number' ? options['history'] : 0;
        return securitySecrets(context, { ...typedOf(options), history });
      },
    ),
  ).option('--history <commits>', 'look also at what so many commits added', wholeNumber);
}

function withOptions(command: Command): Command {
  return command
    .option('--sarif <file>', 'write a SARIF log of what was found, too')
    .option('--require', 'fail also where something could not be looked at');
}

function typedOf(options: Readonly<Record<string, unknown>>): TypedSecurityOptions {
  return {
    sarif: typeof options['sarif'] === 'string' ? options['sarif'] : null,
    isRequired: options['require'] === true,
  };
}

function wholeNumber(typed: string): number {
  const count = Number(typed);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It is a whole number from 1.');
  return count;
}
