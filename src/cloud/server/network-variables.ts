/**
 * By these, programs learn of a company's own certificates, of its proxy, and of a registry of packages on the way. Without
 * them `npm ci` fails in a job on a machine where it works otherwise. None of them is a secret of a project.
 */
const PASSED_ON = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NIX_SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'HEX_CACERTS_PATH',
  'npm_config_registry',
  'npm_config_cafile',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
] as const;

/** The local platforms are on this machine, where no proxy has anything to do. */
const HERE = ['localhost', '127.0.0.1', '::1'];

/** What of the environment of this machine a job needs to reach anything beyond it. Pure. */
export function networkVariables(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const passed: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = env[name];
    if (value !== undefined && value !== '') passed[name] = value;
  }
  if (!Object.keys(passed).some((name) => /_proxy$/i.test(name))) return passed;
  const known = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(',').map((host) => host.trim());
  const none = [...new Set([...known, ...HERE])].filter((host) => host !== '').join(',');
  return { ...passed, NO_PROXY: none, no_proxy: none };
}
