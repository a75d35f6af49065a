import { ToolError } from '../../diagnostics/tool-error.ts';

/** `owner/name` in the two parts that routes are written with. Throws CLI_USAGE for what is none. */
export function repositoryPath(repository: string): { owner: string; repo: string } {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(repository) ?? [];
  if (owner !== undefined && repo !== undefined) return { owner, repo };
  throw new ToolError('CLI_USAGE', `"${repository}" is no repository on GitHub.`, {
    hint: "Write owner/name: github: { repository: 'acme/shop' }",
  });
}
