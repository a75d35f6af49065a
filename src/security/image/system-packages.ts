import type { FoundPackage } from '../components/build-inventory.ts';
import { packageUrl } from '../components/package-url.ts';

/** The distribution of an image, by its os-release. */
export interface ImageSystem {
  /** `debian`, `alpine`; null where the image says nothing, as those made from scratch. */
  readonly id: string | null;
  readonly version: string | null;
}

/** Reads `/etc/os-release` (os-release(5)). */
export function readOsRelease(text: string): ImageSystem {
  const field = (name: string): string | null =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?\\s*$`, 'm').exec(text)?.[1] ?? null;
  return { id: field('ID'), version: field('VERSION_ID') };
}

/** As OSV calls the release: `Debian:12`, `Ubuntu:24.04`, `Alpine:v3.22`; null for another. */
export function osvRelease({ id, version }: ImageSystem): string | null {
  if (version === null) return null;
  if (id === 'debian') return `Debian:${version.split('.')[0]}`;
  if (id === 'ubuntu') return `Ubuntu:${version}`;
  return id === 'alpine' ? `Alpine:v${version.split('.').slice(0, 2).join('.')}` : null;
}

/** The packages of `/var/lib/dpkg/status`, or of one file of `status.d`, in which images without dpkg keep them. */
export function readDpkgStatus(text: string, system: ImageSystem): readonly FoundPackage[] {
  return stanzas(text).flatMap((stanza) => {
    const field = (name: string): string | null =>
      new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(stanza)?.[1]?.trim() ?? null;
    const [name, version, status] = [field('Package'), field('Version'), field('Status')];
    // What was removed may have left its settings behind.
    if (name === null || version === null || (status !== null && !status.endsWith(' installed'))) return [];
    const [, source = name, sourceVersion = version] =
      /^(\S+)(?:\s+\((.*)\))?$/.exec(field('Source') ?? '') ?? [];
    const purl = packageUrl('deb', name, version, {
      namespace: system.id ?? 'debian',
      qualifiers: {
        arch: field('Architecture') ?? '',
        distro: [system.id ?? 'debian', system.version].filter((part) => part !== null).join('-'),
      },
    });
    const origin = { name: source, version: sourceVersion };
    return [found('deb', name, version, { purl, origin, licence: null, release: osvRelease(system) })];
  });
}

/** The packages of `/lib/apk/db/installed` (apk: one letter for each field). */
export function readApkInstalled(text: string, system: ImageSystem): readonly FoundPackage[] {
  return stanzas(text).flatMap((stanza) => {
    const field = (letter: string): string | null =>
      new RegExp(`^${letter}:(.*)$`, 'm').exec(stanza)?.[1]?.trim() ?? null;
    const [name, version] = [field('P'), field('V')];
    if (name === null || version === null) return [];
    const purl = packageUrl('apk', name, version, {
      namespace: 'alpine',
      qualifiers: {
        arch: field('A') ?? '',
        distro: ['alpine', system.version].filter((part) => part !== null).join('-'),
      },
    });
    const origin = { name: field('o') ?? name, version };
    return [found('apk', name, version, { purl, origin, licence: field('L'), release: osvRelease(system) })];
  });
}

/** What is found in an image needs nothing that could be read. */
export function found(
  ecosystem: FoundPackage['ecosystem'],
  name: string,
  version: string,
  more: Pick<FoundPackage, 'licence' | 'release' | 'origin'> & { readonly purl: string },
): FoundPackage {
  return {
    id: more.purl,
    ecosystem,
    name,
    version,
    hashes: [],
    isOwn: false,
    needs: [],
    optionalNeeds: [],
    devNeeds: [],
    ...more,
  };
}

function stanzas(text: string): readonly string[] {
  return text.split(/\r?\n\s*\r?\n/).filter((stanza) => stanza.trim() !== '');
}
