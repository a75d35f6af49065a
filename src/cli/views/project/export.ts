import { relative } from 'node:path';
import type { ChecksExported } from '../../checks/export-checks.ts';
import type { CommandContext } from '../../command-context.ts';
import { counted } from '../text/counted.ts';

/**
 * Where an export lies, what is in it and who vouches for it, in one line, and one for the command that verifies it; one more
 * where it makes checks run again.
 */
export function exportWords(
  { directory, manifest, isInput }: ChecksExported,
  { cwd }: Pick<CommandContext, 'cwd'>,
): string {
  const { files, provenance, uncommitted } = manifest;
  const key = provenance?.signedBy ?? null;
  const path = relative(cwd, directory) || '.';
  const parts = [
    counted(files.length, 'file'),
    key === null ? 'the provenance is not signed: GLIDEPATH_SIGNING_KEY is not set' : `signed by ${key}`,
    ...(uncommitted ? ['with changes that are not committed'] : []),
  ];
  const verify = `glidepath artifact verify ${path}${key === null ? '' : ` --key ${key}`}`;
  const warning = isInput
    ? `! git does not ignore ${path}, so checks that read all files of the project run again. Add it to .gitignore.\n`
    : '';
  return `Exported to ${path}: ${parts.join(', ')}.\nVerify it: ${verify}\n${warning}`;
}

/** The same as data. */
export function exportDocument({ directory, manifest, manifestDigest, isInput }: ChecksExported): object {
  return {
    directory,
    files: manifest.files.length,
    manifest: manifestDigest,
    sbom: manifest.sbom,
    provenance: manifest.provenance,
    commit: manifest.commit,
    uncommitted: manifest.uncommitted,
    isInput,
  };
}
