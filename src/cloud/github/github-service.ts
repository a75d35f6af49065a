import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { Clock } from '../../util/clock.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { Tokens } from './access/tokens.ts';
import type { JobTokenOrder } from './access/tokens.ts';
import { EventBus } from './events/event-bus.ts';
import type { EventListener } from './events/event-bus.ts';
import { ensureFirstAccounts } from './first-accounts.ts';
import type { GithubContext } from './github-context.ts';
import { repositoryPages } from './pages/repository-pages.ts';
import { advanceOn, advanceQueues } from './queue/merge-queue.ts';
import { hookRoutes } from './rest/hook-routes.ts';
import { Deliverer } from './webhooks/deliver.ts';
import { inventoryOf } from './github-inventory.ts';
import type { GithubInventoryItem } from './github-inventory.ts';
import { githubRoutes } from './github-routes.ts';
import type { GithubPart } from './github-routes.ts';
import { GithubState } from './github-state.ts';
import { GithubStore } from './github-store.ts';
import { GitStore } from './git/git-store.ts';
import { smartHttp } from './git/smart-http.ts';
import { recoverPushes } from './git/recover-pushes.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { userView } from './views/account-view.ts';
import { pushedRepository, repositoryPayload } from './views/repository-view.ts';

/** What {@link createGithubService} needs. */
export interface GithubOptions {
  /** Holds `github.db` and the bare repositories. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** The cloud's own token, which is that of an administrator. */
  readonly adminToken: string;
  /** Where people reach it, without a slash at the end: `http://127.0.0.1:4280`. */
  readonly baseUrl: string;
  /** Whether GitHub's rate limits hold. Default true. */
  readonly rateLimits?: boolean;
  /** More of the API, such as that of GitHub Actions; asked before the rest. */
  readonly parts?: readonly GithubPart[];
  /** Told of what went wrong where nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

/** GitHub over bare repositories of this computer. */
export interface GithubService {
  /** The API at `/api/v3`, git at `/OWNER/NAME.git`, and pages for people. */
  readonly routes: Hono;
  /** What the parts of it work on. */
  readonly context: GithubContext;
  readonly tokens: {
    /** The token of a job, which ends at a time; events by it start no GitHub workflow. */
    mint(order: JobTokenOrder): { readonly id: number; readonly token: string };
    revoke(id: number): void;
  };
  /** A token of somebody's, told once. */
  createToken: Tokens['create'];
  /** From now on `listener` is told of every event, once its change is on the disk; returns how to end that. */
  onEvent(name: string, listener: EventListener): () => void;
  /** Tells of what a killed cloud had not come to tell; to be called once, when all who listen do. */
  resume(): void;
  /** Resolves when every hook was told of what happened so far. */
  deliveriesSettled(): Promise<void>;
  /** Every repository, for people. */
  inventory(): readonly GithubInventoryItem[];
  /** Forgets everything. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Opens it on its directory; what a killed process had begun is brought to an end first. */
export async function createGithubService(options: GithubOptions): Promise<GithubService> {
  const { stateDir, clock, adminToken, baseUrl } = options;
  const store = new GithubStore(stateDir);
  const state = new GithubState(store);
  const events = new EventBus(state, clock, (error) => options.onError(error));
  const queues = new Map<number, SerialQueue>();
  const context: GithubContext = {
    state,
    clock,
    events,
    baseUrl,
    git: new GitStore(stateDir),
    secretBox: new SecretBox(stateDir),
    isAdminToken: (token) => timingSafeEqual(sha256(token), sha256(adminToken)),
    refsQueue(id) {
      const queue = queues.get(id) ?? new SerialQueue();
      queues.set(id, queue);
      return queue;
    },
  };
  events.describeBy(({ name, repository, sender }) => ({
    repository:
      name === 'push' ? pushedRepository(context, repository) : repositoryPayload(context, repository),
    ...organizationOf(context, repository.owner),
    sender: userView(context, sender),
  }));
  ensureFirstAccounts(context);
  await recoverPushes(context);
  const deliverer = new Deliverer(context);
  events.onEvent('webhooks', (event) => deliverer.tell(event));
  events.onEvent('merge queue', (event) => advanceOn(context, event));
  const tokens = new Tokens(state, clock);
  const parts = [...(options.parts ?? []), (): Hono => hookRoutes(context, deliverer)];
  const routes = new Hono();
  routes.route('/', githubRoutes(context, { rateLimits: options.rateLimits ?? true, parts }));
  routes.route('/', smartHttp(context));
  routes.route('/', repositoryPages(context));
  return {
    routes,
    context,
    tokens,
    createToken: (order, given) => tokens.create(order, given),
    onEvent: (name, listener) => events.onEvent(name, listener),
    resume() {
      events.resume();
      deliverer.resume();
      for (const repository of state.all('repositories'))
        advanceQueues(context, repository).catch((error: unknown) => options.onError(error));
    },
    deliveriesSettled: () => deliverer.settled(),
    inventory: () => inventoryOf(context),
    async reset() {
      await events.settled();
      await deliverer.settled();
      for (const { id } of state.all('repositories')) context.git.remove(id);
      state.clear();
      ensureFirstAccounts(context);
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.run(async () => undefined)));
      await events.settled();
      await deliverer.close();
      store.close();
    },
  };
}

/** Payloads name the organization, where there is one. */
function organizationOf({ state, baseUrl }: GithubContext, owner: string): object {
  const account = state.account(owner);
  if (account === null || account.kind !== 'organization') return {};
  return {
    organization: { login: account.login, id: account.id, url: `${baseUrl}/api/v3/orgs/${account.login}` },
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
