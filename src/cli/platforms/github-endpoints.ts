import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** GitHub's own address (docs.github.com, REST API). */
const REAL = 'https://api.github.com';

/**
 * Where GitHub's API is: the real one, or the local cloud, which lays it out as GitHub Enterprise Server does. The real
 * one can be moved by the variable that jobs of GitHub Actions have.
 */
export function githubBaseUrl(cloud: CloudInfo | null, read: (name: string) => string | undefined): string {
  if (cloud !== null) return `http://127.0.0.1:${cloud.apiPort}/api/v3`;
  const given = read('GITHUB_API_URL') || REAL;
  if (/^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given.replace(/\/+$/, '');
  throw new ToolError('CLI_USAGE', `GITHUB_API_URL is no address: ${given}`, {
    hint: `Unset it, or give one like ${REAL}`,
  });
}

/** The host that clones come from: `github.com` for `api.github.com`, itself on GitHub Enterprise Server. */
export function githubHost(baseUrl: string): string {
  return new URL(baseUrl).host.replace(/^api\./, '');
}
