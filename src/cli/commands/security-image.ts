import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { runGit } from '../../providers/git/run-git.ts';
import { indexAdvisories } from '../../security/advisories/match-advisories.ts';
import { readAdvisories } from '../../security/advisories/read-advisories.ts';
import { mergeInventories } from '../../security/components/merge-inventories.ts';
import { scanImage, type ScannedImage } from '../../security/image/scan-image.ts';
import { writeCycloneDx } from '../../security/sbom/write-cyclonedx.ts';
import { ownVersion } from '../../util/own-file.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { finishSecurity, writeFileIn } from '../security/finish-security.ts';
import { imageOnDisk } from '../security/image-on-disk.ts';
import { openSecurity, type SecurityWork, type TypedSecurityOptions } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';

/** What was typed behind `security image`. */
export interface TypedImageOptions extends TypedSecurityOptions {
  /** `--sbom FILE`: where the bill of materials of the images is written. */
  readonly sbom: string | null;
}

/** `glidepath security image [IMAGE…]`: what is inside of images; of those that were built last where none is named. */
export async function securityImage(
  context: CommandContext,
  named: readonly string[],
  typed: TypedImageOptions,
): Promise<ExitCode> {
  const work = await openSecurity(context);
  const images = named.length === 0 ? await builtImages(work.root) : named;
  const { index, skipped } = advisoriesOf(work);
  const scanned: ScannedImage[] = [];
  for (const image of images) scanned.push(await scanOne(work, image, index));
  if (typed.sbom !== null) writeFileIn(resolve(context.cwd, typed.sbom), sbomOf(images, scanned));
  const sum = (count: (image: ScannedImage) => number): number =>
    scanned.reduce((all, each) => all + count(each), 0);
  const packages = counted(
    sum(({ inventory }) => inventory.components.length),
    'package',
  );
  return finishSecurity(work, typed, {
    command: 'security image',
    findings: scanned.flatMap(({ findings }) => findings),
    looked: `${packages} and ${counted(
      sum(({ files }) => files),
      'file',
    )} of ${counted(scanned.length, 'image')}`,
    tools: ['image'],
    skipped: [
      ...skipped,
      ...(images.length === 0 ? ['No image has been built here yet, so none was inspected.'] : []),
    ],
    // An advisory may be excepted for a lock file alone, which is not looked at here.
    concerns: (id) => id.startsWith('image-'),
  });
}

function advisoriesOf({ root, project }: SecurityWork): {
  readonly index: ReturnType<typeof indexAdvisories>;
  readonly skipped: readonly string[];
} {
  const { advisories: path } = project.security;
  if (path === null)
    return {
      index: indexAdvisories([]),
      skipped: [
        'no advisory file is configured (ci.security.advisories), so packages were listed but not matched.',
      ],
    };
  const { advisories, problems } = readAdvisories(resolve(root, path));
  return { index: indexAdvisories(advisories), skipped: problems };
}

async function scanOne(
  { context, root }: SecurityWork,
  named: string,
  index: ReturnType<typeof indexAdvisories>,
): Promise<ScannedImage> {
  const image = await imageOnDisk(context, named);
  try {
    const isFile = existsSync(resolve(context.cwd, named));
    const source = isFile ? relative(root, resolve(context.cwd, named)).split('\\').join('/') : named;
    return await scanImage(image.directory, source, index);
  } finally {
    image.remove();
  }
}

/** The OCI layouts of HEAD; where it was not built, those of the commit that was built last. */
async function builtImages(root: string): Promise<readonly string[]> {
  const builds = join(root, '.glidepath', 'builds');
  if (!existsSync(builds)) return [];
  const { stdout } = await runGit(spawn, root, ['rev-parse', 'HEAD']).catch(() => ({ stdout: '' }));
  const commits = readdirSync(builds, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      at: name === stdout.trim() ? Infinity : statSync(join(builds, name)).mtimeMs,
    }))
    .toSorted((one, other) => other.at - one.at);
  for (const { name } of commits) {
    const paths = readdirSync(join(builds, name), { recursive: true, encoding: 'utf8' });
    const layouts = paths
      .filter((path) => /(^|[\\/])oci-layout$/.test(path))
      .map((path) => join(builds, name, path, '..'));
    if (layouts.length > 0) return layouts.toSorted();
  }
  return [];
}

function sbomOf(images: readonly string[], scanned: readonly ScannedImage[]): string {
  const name = images.join(' ');
  return writeCycloneDx(
    mergeInventories(
      name,
      scanned.map(({ inventory }) => inventory),
    ),
    {
      name: name === '' ? 'no image' : name,
      version: null,
      kind: 'container',
      timestamp: null,
      toolVersion: ownVersion(),
    },
  );
}
