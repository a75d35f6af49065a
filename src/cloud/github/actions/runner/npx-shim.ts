import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which command `npx glidepath` is, inside a job. */
export interface OwnCommand {
  /** The Node.js that runs it. */
  readonly node: string;
  /** The file of the command line that the cloud belongs to. */
  readonly cli: string;
}

/**
 * Puts an `npx` into a directory that is first on a job's PATH: `npx [--yes] glidepath[@version] …` is the very command
 * line that the cloud belongs to, whatever version is asked for; anything else is the real npx.
 */
export function writeNpxShim(dir: string, own: OwnCommand, path: string): void {
  const file = join(dir, 'npx');
  const real = path.split(delimiter).find((one) => one !== dir && existsSync(join(one, 'npx')));
  writeFileSync(file, script(own, real === undefined ? null : join(real, 'npx')));
  chmodSync(file, 0o755);
}

function script({ node, cli }: OwnCommand, real: string | null): string {
  return `#!/bin/sh
# npx of the local GitHub: glidepath is the one that started it.
passes() {
  ${real === null ? "echo 'npx: there is none on this machine' >&2; exit 127" : `exec ${quoted(real)} "$@"`}
}
skipped=0
wanted=
for word in "$@"; do
  if [ "$wanted" = next ]; then wanted=; skipped=$((skipped + 1)); continue; fi
  case "$word" in
    -p|--package) wanted=next; skipped=$((skipped + 1)) ;;
    -y|--yes|--no|--no-install|-q|--quiet|--package=*|--) skipped=$((skipped + 1)) ;;
    glidepath|glidepath@*) shift $((skipped + 1)); exec ${quoted(node)} ${quoted(cli)} "$@" ;;
    *) passes "$@" ;;
  esac
done
passes "$@"
`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
