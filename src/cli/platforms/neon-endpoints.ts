import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** Neon's own address (neon.com/docs/reference/api-reference). */
const REAL = 'https://console.neon.tech/api/v2';

/**
 * Where Neon's API is: the real one, or the local cloud. The real one can be moved by the variable by which neonctl's
 * can be, which ends in `/api/v2` as there.
 */
export function neonBaseUrl(cloud: CloudInfo | null, read: (name: string) => string | undefined): string {
  if (cloud !== null) return `http://127.0.0.1:${cloud.apiPort}/api/v2`;
  const given = read('NEON_API_HOST') || REAL;
  if (/^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given.replace(/\/$/, '');
  throw new ToolError('CLI_USAGE', `NEON_API_HOST is no address: ${given}`, {
    hint: `Unset it, or give one like ${REAL}`,
  });
}
