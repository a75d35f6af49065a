import type { CodeHostSettings, CodeHostSettingsReader } from '../code-host-settings.ts';
import { readOnlyFetch } from '../http/read-only-fetch.ts';
import { createGithubClient } from './github-client.ts';
import type { GithubOptions } from './github-options.ts';
import { readSettings } from './settings-reader.ts';
import { settingsWriter } from './settings-writer.ts';

/** The settings of a repository on GitHub. */
export function createGithubSettings(options: GithubOptions): CodeHostSettings {
  return settingsWriter(createGithubClient(options, options.fetch));
}

/** The half that only reads, over a transport that refuses to write: what a dry run is given. */
export function createGithubSettingsReader(options: GithubOptions): CodeHostSettingsReader {
  const client = createGithubClient(options, readOnlyFetch(options.fetch));
  return { found: () => readSettings(client) };
}
