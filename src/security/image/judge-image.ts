import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Finding } from '../../reports/finding.ts';
import type { ImageFile } from './image-files.ts';
import type { ImageConfig } from './open-image.ts';

/** What is looked at, apart from packages. */
export interface JudgedImage {
  /** As it was named. */
  readonly source: string;
  readonly config: ImageConfig;
  readonly files: ReadonlyMap<string, ImageFile>;
  /** Entries of layers that lead outside. */
  readonly outside: readonly string[];
}

/** What every Debian and Alpine has so: no reason to stop, and no reason to keep it. */
const USUAL_SETUID =
  /^(usr\/)?s?bin\/(su|mount|umount|passwd|chsh|chfn|gpasswd|newgrp|chage|expiry|unix_chkpwd|bbsuid|wall|write|ssh-agent|sudo-rs|pam_extrausers_chkpwd)$/;

const SECRET_NAME =
  /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|SECRET_KEY_BASE|DATABASE_URL)(_|$)/i;

/**
 * What is built without a container engine: files below `/app` for a process of the machine, which runs as whoever starts
 * it. No user is in such an image, and no container can be made of it; nothing else leaves the time and the history out.
 */
function isFilesOnly({ config, files }: JudgedImage): boolean {
  if (config.created !== undefined || config.history !== undefined) return false;
  return [...files.keys()].every((path) => path === 'app' || path.startsWith('app/'));
}

/** What each rule is against, whatever it finds. */
const TITLES = {
  'image-user-root': 'An image that runs as root',
  'image-setuid': 'A program that runs with the rights of its owner',
  'image-setuid-usual': 'A program of the distribution that runs with the rights of its owner',
  'image-world-writable': 'Files that everybody may write',
  'image-secret-env': 'A secret in the settings of an image',
  'image-path-outside': 'A layer that writes outside of the image',
} as const;

/** So many paths are named in one finding. */
const NAMED_MAX = 5;

/** What is unsafe in an image itself: its user, rights of files, secrets in its settings, entries that lead outside. */
export function judgeImage(image: JudgedImage): readonly Finding[] {
  const files = [...image.files.values()];
  const setuid = files.filter(
    ({ kind, mode }) => kind === 'file' && (mode & 0o6000) !== 0 && (mode & 0o111) !== 0,
  );
  const unusual = setuid.filter(({ path, mode }) => !((mode & 0o4000) === 0 || USUAL_SETUID.test(path)));
  const usual = setuid.filter((file) => !unusual.includes(file));
  const open = files.filter(({ kind, mode }) => isOpen(kind, mode));
  const { User: user = '', Env } = image.config.config ?? {};
  const secrets = (Env ?? [])
    .map((entry) => entry.split('='))
    .filter(
      ([name = '', value = '']) => SECRET_NAME.test(name) && value !== '' && !/_(FILE|PATH)$/.test(name),
    );
  return [
    ...some(
      /^(root|0)?(:|$)/.test(user) && !isFilesOnly(image),
      image,
      'image-user-root',
      'high',
      `The image runs as root${user === '' ? ': it names no user' : ''}.`,
      'End the Dockerfile with USER and a number that is not 0.',
    ),
    ...some(
      unusual.length > 0,
      image,
      'image-setuid',
      'moderate',
      `${paths(unusual)} ${runs(unusual)} with the rights of the owner.`,
      'Take the bit away in the Dockerfile, chmod u-s, or do without the package.',
    ),
    ...some(
      usual.length > 0,
      image,
      'image-setuid-usual',
      'low',
      `${paths(usual)}, of the distribution, ${runs(usual)} with the rights of the owner or the group.`,
      'A hardened base image has none: hardened: true in the config, or distroless.',
    ),
    ...some(
      open.length > 0,
      image,
      'image-world-writable',
      'moderate',
      `Everybody may write ${paths(open)}.`,
      'Give the right to the one user: chown, and chmod o-w.',
    ),
    ...some(
      secrets.length > 0,
      image,
      'image-secret-env',
      'critical',
      `The settings of the image have values for ${secrets.map(([name]) => name).join(', ')}.`,
      'Take them out of ENV, and make new ones: whoever may pull the image has these.',
    ),
    ...some(
      image.outside.length > 0,
      image,
      'image-path-outside',
      'critical',
      `${image.outside.slice(0, NAMED_MAX).join(', ')} would be written outside of the image.`,
      'Do not unpack it. No builder makes such a layer.',
    ),
  ];
}

/** A directory for all, such as /tmp, keeps people from the files of others by its sticky bit. */
function isOpen(kind: ImageFile['kind'], mode: number): boolean {
  if (kind === 'file') return (mode & 0o002) !== 0;
  return kind === 'directory' && (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

function paths(files: readonly ImageFile[]): string {
  const more = files.length - NAMED_MAX;
  const named = files
    .map(({ path }) => `/${path}`)
    .toSorted()
    .slice(0, NAMED_MAX)
    .join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}

function runs(files: readonly ImageFile[]): string {
  return files.length === 1 ? 'runs' : 'run';
}

// oxlint-disable-next-line max-params -- a row of the table above
function some(
  isSo: boolean,
  { source }: JudgedImage,
  id: keyof typeof TITLES,
  severity: Severity,
  message: string,
  hint: string,
): readonly Finding[] {
  if (!isSo) return [];
  return [
    {
      id,
      title: TITLES[id],
      severity,
      message,
      hint,
      tool: 'image',
      place: { path: source, line: null },
      package: null,
      url: null,
    },
  ];
}
