import { GithubApiError } from './github-error.ts';

/**
 * Whether GitHub refused what the plan of the repository leaves out. Its words: "Please ensure the billing plan supports
 * the required reviewers protection rule." (422), "Upgrade to GitHub Pro or make this repository public to enable this
 * feature." (403).
 */
export function isPlanRefusal(error: unknown): boolean {
  return (
    error instanceof GithubApiError &&
    (error.status === 422 || error.status === 403) &&
    /billing plan|upgrade to github|make this repository public/i.test(error.detail)
  );
}
