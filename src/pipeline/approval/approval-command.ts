/** What somebody asks for in a comment. */
export type ApprovalCommand =
  | {
      readonly kind: 'approve' | 'reject';
      readonly environment: string;
      /** 7 to 40 digits of it, in small letters. */
      readonly commit: string;
      /** 10 to 64 digits of the plan's hash, in small letters. */
      readonly plan: string;
    }
  | { readonly kind: 'help' }
  /** It is a command to us, and not one that can be carried out. */
  | { readonly kind: 'mistake'; readonly why: string };

const ENVIRONMENT = /^[a-z][a-z0-9-]*$/;
const COMMIT = /^[0-9a-f]{7,40}$/;
const PLAN = /^[0-9a-f]{10,64}$/;

/** Longer words are not repeated to whoever wrote them. */
const WORD_MAX = 40;

/**
 * Reads the command of a comment: its first line, when it begins with `/glidepath` and nothing before it. A quotation, a
 * list or code begins otherwise, and is none; nor is anything further below, which is for people. Null: no command. Pure.
 */
export function readCommand(body: string): ApprovalCommand | null {
  const [first = ''] = body.split(/\r\n|\r|\n/, 1);
  const words = first.trimEnd().split(/[ \t]+/);
  if (words[0]?.toLowerCase() !== '/glidepath') return null;
  const [verb, ...rest] = words.slice(1);
  switch (verb?.toLowerCase()) {
    case 'approve':
      return readDecision('approve', rest);
    case 'reject':
      return readDecision('reject', rest);
    case undefined:
    case 'help':
      return { kind: 'help' };
    default:
      return mistake(`there is no command ${shown(verb ?? '')}`);
  }
}

/** The command that approves, or rejects, as it is to be written. Pure. */
export function commandText(
  kind: 'approve' | 'reject',
  { environment, commit, plan }: { environment: string; commit: string; plan: string },
): string {
  return `/glidepath ${kind} ${environment} ${commit.slice(0, COMMIT_SHOWN)} ${plan.slice(0, PLAN_SHOWN)}`;
}

const COMMIT_SHOWN = 7;
const PLAN_SHOWN = 10;

function readDecision(kind: 'approve' | 'reject', words: readonly string[]): ApprovalCommand {
  const [environment = '', givenCommit = '', givenPlan = ''] = words;
  const [commit, plan] = [givenCommit.toLowerCase(), givenPlan.toLowerCase()];
  if (words.length !== 3) {
    return mistake(
      `${kind} takes three words, the environment, the commit and the plan, and ${words.length === 0 ? 'none is' : `${words.length} are`} there`,
    );
  }
  if (!ENVIRONMENT.test(environment))
    return mistake(`${shown(environment)} is not the name of an environment`);
  if (!COMMIT.test(commit)) return mistake(`${shown(commit)} is not a commit: 7 to 40 digits are needed`);
  if (!PLAN.test(plan)) return mistake(`${shown(plan)} is not a plan: 10 digits are needed`);
  return { kind, environment, commit, plan };
}

function mistake(why: string): ApprovalCommand {
  return { kind: 'mistake', why };
}

/** What a stranger wrote is only repeated where it cannot mean anything. */
function shown(word: string): string {
  return /^[\w./-]+$/.test(word) && word.length <= WORD_MAX ? `"${word}"` : 'that';
}
