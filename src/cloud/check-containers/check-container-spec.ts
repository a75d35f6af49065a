/** A check to be run in a container. Paths are absolute. */
export interface CheckContainerSpec {
  readonly name: string;
  /** As the engine knows it. */
  readonly image: string;
  /** The whole checkout, at the same path inside as outside. */
  readonly top: string;
  /**
   * What the check writes: into a layer of its own above the checkout, which itself is not changed (`layer`, a Linux
   * engine), or straight into these directories, everything else being read-only (`direct`).
   */
  readonly writes:
    | {
        readonly kind: 'layer';
        readonly upper: string;
        readonly work: string;
        /** Nothing is forced to disk when it is unmounted: else all that the whole disk has still to write. */
        readonly isVolatile: boolean;
      }
    | { readonly kind: 'direct'; readonly directories: readonly string[] };
  /** Other directories that it may read, at the same path. */
  readonly readable: readonly string[];
  /** A directory of ours that it may write into, for what the script in it has to say. */
  readonly exchange: string;
  /** Directories of which is said, after the command, what is in them. */
  readonly listed: readonly string[];
  readonly workDir: string;
  readonly command: string;
  /** In front of the PATH of the image. */
  readonly path: readonly string[];
  /** Besides what the image sets: with the name or address of this computer, as it is found from inside. */
  readonly envAt: (host: string) => Readonly<Record<string, string>>;
  /** `1000:1000`. */
  readonly user: string;
  /** Whether it reaches anything outside. */
  readonly hasNetwork: boolean;
  /** Ports of 127.0.0.1 of this computer, where services of the check listen. */
  readonly ports: readonly number[];
  readonly timeoutMs: number;
}

/** Inside: where the exchange directory is. */
export const EXCHANGE = '/run/glidepath';

/**
 * What runs as the user inside. The first lines end everything when the engine closes the standard input, as it does when
 * the process that attached to it is gone. `$1` is the command, the others are directories to be listed; a shell that
 * has no `find` walks itself.
 */
export const CHECK_SCRIPT: string = `exec 4<&0 </dev/null
( read -r _ <&4; kill -KILL -1 ) >/dev/null 2>&1 &
exec 4<&-
trap : TERM INT
: > ${EXCHANGE}/begun
mkdir -p "$HOME"
/bin/sh -c "$1"
code=$?
shift
walk() {
  for f in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -d "$f" ] && [ ! -L "$f" ]; then walk "$f"
    elif [ -e "$f" ] || [ -L "$f" ]; then printf '%s\\n' "$f"; fi
  done
}
for d in "$@"; do
  [ -d "$d" ] || continue
  if command -v find >/dev/null 2>&1; then find "$d" ! -type d; else walk "$d"; fi
done > ${EXCHANGE}/listed 2>/dev/null && : > ${EXCHANGE}/done
exit $code`;

/** Where it has its home: not the image's, which may be another user's, nor a /tmp that only root may write into. */
export const CHECK_HOME = '/run/glidepath/home';
