import type { FlyDeviation } from './fly-deviations.ts';

/**
 * Where the local GitHub, or a client of GitHub's, differs from the published document on purpose, each with its reason.
 * Each must occur in the whole run of the contract tests, so that none outlives its reason.
 */
export const GITHUB_DEVIATIONS: readonly FlyDeviation[] = [
  {
    is: /pulls.* 20\d \/(?:\*\/)?head\/repo: must be object$/,
    because:
      'once a fork is gone GitHub says null, as its webhooks are documented to; the document of its API forgot',
  },
  {
    is: /^GET \/meta 200 \/installed_version: unknown field$/,
    because:
      'GitHub Enterprise Server, as which it is laid out, says its version, which the document of github.com has not',
  },
];
