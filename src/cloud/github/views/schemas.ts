import type { components } from '@octokit/openapi-types';

/** The shapes of GitHub's answers, by GitHub's own document: what is answered is held against them by the compiler. */
export type GithubSchemas = components['schemas'];
