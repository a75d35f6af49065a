import type { ResolvedProject } from '../../config/resolved.ts';

/** What every GitHub workflow is written from. */
export interface WorkflowContext {
  readonly project: ResolvedProject;
  /** Of Glidepath: what a repository without a package.json runs. */
  readonly version: string;
}

/** How a job calls Glidepath: as the repository has it installed, or in the version that wrote the file. */
export function cliOf({ project, version }: WorkflowContext): string {
  return project.github.install === null ? `npx --yes glidepath@${version}` : 'npx glidepath';
}
