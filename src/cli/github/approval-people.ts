import type { ApprovalPeople } from '../../pipeline/approval/decide-approval.ts';
import type { CodeHostReader, HostPermission } from '../../providers/code-host.ts';

const MAY_WRITE: ReadonlySet<HostPermission> = new Set(['admin', 'maintain', 'write']);

/**
 * What those who wrote may do, and in which of the teams that may approve they are. Throws PROVIDER_UNAUTHORIZED where the
 * token may not see a team: nobody is taken for a member unseen.
 */
export async function peopleOf(
  host: CodeHostReader,
  logins: readonly string[],
  approvers: readonly string[],
): Promise<ApprovalPeople> {
  const permissions = new Map<string, HostPermission>();
  const teams = new Map<string, ReadonlySet<string>>();
  for (const login of new Set(logins.map((each) => each.toLowerCase()))) {
    const permission = await host.permissionOf(login);
    permissions.set(login, permission);
    // Of strangers nothing more is asked: everybody may write comments.
    if (!MAY_WRITE.has(permission) || approvers.some((each) => each.toLowerCase() === login)) continue;
    const within: string[] = [];
    for (const team of approvers.filter((each) => each.includes('/')))
      if (await host.isInTeam(team, login)) within.push(team);
    teams.set(login, new Set(within));
  }
  return { permissions, teams };
}

/** Whose the run is that asks. */
interface Asker {
  readonly environment: string;
  /** Full sha. */
  readonly commit: string;
  /** Who started this run, and this attempt of it; none outside GitHub Actions. */
  readonly actors: readonly string[];
}

/**
 * Everybody who asked for the deployment of a commit, by what GitHub itself remembers: who started this run, and every run
 * of the GitHub workflows that deploy it. After an approval by comment the run is started by no person, so this run alone
 * does not tell. What nobody can edit is asked, not what our comments say.
 */
export async function initiatorsOf(
  host: CodeHostReader,
  { environment, commit, actors }: Asker,
): Promise<readonly string[]> {
  const files = [`deploy-${environment}.yml`, 'operations.yml'];
  const runs = (await Promise.all(files.map((file) => host.workflowRuns(file)))).flat();
  const ofCommit = runs.filter(({ headSha, title }) => headSha === commit || title.includes(commit));
  const logins = [...actors, ...ofCommit.map(({ actor }) => actor)];
  return [...new Set(logins.filter((login) => login !== '' && !login.endsWith('[bot]')))];
}
