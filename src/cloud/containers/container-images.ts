/** What a container machine needs of the registry. */
export interface ContainerImages {
  /** What an image is, without unpacking it; null when the registry has none. */
  describe(reference: string): Promise<ContainerImage | null>;
  /**
   * The image as `docker load` takes it, under a name; null when the registry has none. `reference` is
   * `[host/]repository@sha256:…`.
   */
  archive(reference: string, name: string): Promise<AsyncIterable<Uint8Array> | null>;
}

/** An image as its config tells it. */
export interface ContainerImage {
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  /** False for one made in process mode: files without a system around them, run as plain processes. */
  readonly isContainer: boolean;
  /** Entrypoint and Cmd together. */
  readonly command: readonly string[];
  readonly workDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}
