/**
 * The licence that a package of Hex says in its hex_metadata.config, which has terms of Erlang: `{<<"licenses">>,[<<"MIT">>]}.`
 * Several are a choice. Null where it says none.
 */
export function hexLicence(text: string): string | null {
  const list = /\{\s*<<"licenses">>\s*,\s*\[([^\]]*)\]\s*\}/.exec(text)?.[1] ?? '';
  const names = [...list.matchAll(/<<"((?:[^"\\]|\\.)*)"(?:\/utf8)?>>/g)].map(([, name = '']) => name);
  if (names.length === 0) return null;
  return names.length === 1 ? (names[0] ?? null) : `(${names.join(' OR ')})`;
}
