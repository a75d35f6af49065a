/** One import of a config file, or of a module that it imports. */
export interface ConfigImport {
  /** As written. */
  readonly specifier: string;
  /** Absolute; null for a module of Node. */
  readonly file: string | null;
}

/** What a project was loaded from, besides its config file. */
export interface ConfigSources {
  readonly imports: readonly ConfigImport[];
  /** The fly.toml files that it names, absolute. */
  readonly tomls: readonly string[];
}
