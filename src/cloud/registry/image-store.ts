/** What the machines need of the registry: an image by reference, unpacked on disk. */
export interface ImageStore {
  /**
   * Unpacks the image once per digest and returns it. `reference` is `[host/]repository@sha256:…` or
   * `[host/]repository:tag`. Null when there is no such image.
   */
  open(reference: string): Promise<OpenedImage | null>;
}

/** An image whose layers lie unpacked under `rootDir`, read-only by convention. */
export interface OpenedImage {
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  readonly rootDir: string;
  /** Entrypoint and Cmd together. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Inside the image, such as `/app`. */
  readonly workDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It is not unpacked, and `rootDir` is the container's own root: a container engine runs it. */
  readonly isContainer?: boolean;
  /** Nothing of it lies in the registry: the cloud itself runs something in its place. */
  readonly standIn?: StandIn;
}

/** What the cloud runs in place of a public image that it does not pull. */
export interface StandIn {
  /** What a machine of it starts with. Looks at nothing and makes nothing. */
  launch(machine: StandInMachine): StandInLaunch;
}

/** A machine whose image the cloud stands in for. */
export interface StandInMachine {
  /** Its config's `init.cmd`; empty: the image's own. */
  readonly args: readonly string[];
  /** A directory of its own that is gone with it. */
  readonly home: string;
  /** Its volume on this computer with the path in its config; null without one. */
  readonly volume: { readonly source: string; readonly path: string } | null;
  /** As the image, the config and the secrets say. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a stand-in is run. */
export interface StandInLaunch {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Goes before everything else in the environment. */
  envFor(port: number): Readonly<Record<string, string>>;
  /** Makes ready what it needs, right before each start; `say` writes into the machine's log. Rejects with the reason. */
  prepare(say: (line: string) => void): Promise<void>;
  /** A program of the image that `exec` asks for. */
  inImage(command: readonly string[]): readonly string[];
  /** Whether it takes connections at its port by now. */
  isListening(port: number): Promise<boolean>;
}
