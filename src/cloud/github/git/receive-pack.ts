import { Readable } from 'node:stream';
import { processIdentity } from '../../machines/process-table.ts';
import type { Caller } from '../access/caller.ts';
import { causeOf } from '../access/caller.ts';
import type { GithubContext } from '../github-context.ts';
import type { RepositoryRecord } from '../records.ts';
import { judgePush } from '../rules/push-policy.ts';
import type { PushVerdict } from '../rules/push-policy.ts';
import { readCommands, reworded } from './pkt-line.ts';
import { beginPush, settleRefs, withRefs } from './ref-changes.ts';
import { startGit } from './run-git.ts';

/**
 * Takes a push: git itself receives it, after its refs were held against the rules. The answer is git's report, given
 * once all that follows from the push is on the disk.
 */
export async function receivePack(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  body: Readable,
): Promise<Buffer> {
  // A slow client keeps nobody waiting before it has said what it wants.
  const { head, rest } = await readHead(body);
  return withRefs(context, repository.id, async () => {
    const commands = readCommands(head) ?? [];
    const verdict = judgePush(context, repository, caller, commands);
    const by = { login: caller.account.login, cause: causeOf(caller) };
    const push = beginPush(context, repository, by);
    try {
      const report = await receive(context, repository, { verdict, head, rest, pushId: push.id });
      return reworded(report, verdict.reason);
    } finally {
      await settleRefs(context, repository.id, push);
    }
  });
}

/** Reads until the commands are whole; the pack behind them may be large and is passed on as it comes. */
async function readHead(
  body: Readable,
): Promise<{ readonly head: Buffer; readonly rest: AsyncIterator<Buffer> }> {
  const rest = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return { head, rest };
    head = Buffer.concat([head, value]);
    if (readCommands(head) !== null) return { head, rest };
  }
}

async function receive(
  context: GithubContext,
  repository: RepositoryRecord,
  push: {
    readonly verdict: PushVerdict;
    readonly head: Buffer;
    readonly rest: AsyncIterator<Buffer>;
    readonly pushId: number;
  },
): Promise<Buffer> {
  const { git, state } = context;
  const { verdict, head, rest, pushId } = push;
  const child = startGit({
    dir: git.dirOf(repository.id),
    args: [
      '-c',
      `core.hooksPath=${git.hooksDir}`,
      'receive-pack',
      '--stateless-rpc',
      git.dirOf(repository.id),
    ],
    env: environmentOf(verdict),
  });
  const { pid } = child;
  if (pid !== undefined) state.change('pushes', pushId, { pid, processIdentity: processIdentity(pid) });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.resume();
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  // A push that is refused is not read to its end.
  child.stdin.on('error', () => undefined);
  Readable.from(chunksOf(head, rest))
    .on('error', () => child.stdin.destroy())
    .pipe(child.stdin);
  await ended;
  return Buffer.concat(chunks);
}

async function* chunksOf(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** What the hook goes by. */
function environmentOf({
  refusal,
  fastForwardOnly,
  rulesUrl,
  noWorkflows,
}: PushVerdict): Record<string, string> {
  return {
    GLIDEPATH_REFUSAL: refusal ?? '',
    GLIDEPATH_FAST_FORWARD_ONLY: fastForwardOnly.map((ref) => ` ${ref} `).join(''),
    GLIDEPATH_RULES_URL: rulesUrl,
    GLIDEPATH_NO_WORKFLOWS: noWorkflows?.who ?? '',
    GLIDEPATH_NO_WORKFLOWS_RIGHT: noWorkflows?.right ?? '',
  };
}
