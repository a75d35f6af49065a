/** Names that belong to nobody (RFC 2606, RFC 6761), and what only a private network resolves. */
const NOBODYS =
  /(^|\.)(example|test|invalid|localhost|local|internal|flycast)$|(^|\.)example\.(com|org|net)$|^127\.|^0\.0\.0\.0$|^\[?::1\]?$|^10\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\./i;

/** Words that stand for a password where one is explained. */
const WORDS =
  /^(x+|\*+|\.+|…|<.*>|\$.*|%.*|\[.*|.*(password|passwd|secret|example|placeholder|changeme|redacted|hidden).*|postgres|pass|pw|user|admin|root|test)$/i;

/**
 * Whether an address with a name and a password in it leads to nobody: its host is a name for examples, a machine of a
 * private network or a word without a dot, or its password is a word that stands for one.
 */
export function isExampleAddress(address: string): boolean {
  const [, password = '', host = ''] =
    /:\/\/[^:@/\s]*:([^@/\s]*)@(\[[^\]]*\]|[^:/?#\s,"'`)]*)/.exec(address) ?? [];
  return !host.includes('.') || NOBODYS.test(host) || WORDS.test(password);
}
