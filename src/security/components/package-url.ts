/**
 * A package URL (ECMA-427): `pkg:npm/%40scope/name@1.0.0`, `pkg:deb/debian/zlib@1?arch=amd64`. Names are written as they
 * are given, but for what the type says: npm and hex are in small letters.
 */
export function packageUrl(
  type: string,
  name: string,
  version: string,
  more: { readonly namespace?: string | null; readonly qualifiers?: Readonly<Record<string, string>> } = {},
): string {
  const at = name.startsWith('@') ? name.indexOf('/') : -1;
  const namespace = at > 0 ? name.slice(0, at) : (more.namespace ?? null);
  const last = at > 0 ? name.slice(at + 1) : name;
  const path = [type, ...(namespace === null ? [] : namespace.split('/').map(encode)), encode(last)].join(
    '/',
  );
  const qualifiers = Object.entries(more.qualifiers ?? {})
    .filter(([, value]) => value !== '')
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`);
  return `pkg:${path}@${encode(version)}${qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`}`;
}

/** The colon may stand as it is; all that the standard lets stand is left alone by encodeURIComponent, but for a few. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
