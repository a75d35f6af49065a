import { expect, test } from 'vitest';
import type { CodeHost } from '../../src/providers/code-host.ts';
import { createGithub } from '../../src/providers/github/github.ts';
import { openCodeHost, type CodeHostRig } from '../support/code-host-rig.ts';

/** The network that carries out the first change of all, and loses the answer: or loses the change itself. */
function losing(what: 'answer' | 'change'): {
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  lost: string[];
} {
  const lost: string[] = [];
  return {
    lost,
    fetch: async (url, init) => {
      const isFirst = (init?.method ?? 'GET') !== 'GET' && lost.length === 0;
      if (!isFirst) return fetch(url, init);
      lost.push(`${init?.method ?? ''} ${new URL(url).pathname}`);
      if (what === 'answer') await fetch(url, init);
      throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
    },
  };
}

const DEPLOYMENT = {
  ref: 'main',
  environment: 'staging',
  task: 'deploy',
  description: '',
  payload: { release: 'r-1' },
  isTransient: false,
  isProduction: false,
};

/** What is changed with a host that loses something, and how often it is there afterwards. */
const CHANGES: readonly (readonly [string, (host: CodeHost, rig: CodeHostRig) => Promise<number>])[] = [
  [
    'a deployment',
    async (host, rig) => {
      await host.createDeployment(DEPLOYMENT);
      return (await rig.reader.deployments({ limit: 10 })).length;
    },
  ],
  [
    'how a deployment stands',
    async (host, rig) => {
      const { id } = await rig.host.createDeployment(DEPLOYMENT);
      await host.addDeploymentStatus(id, {
        state: 'success',
        description: 'up',
        logUrl: null,
        environmentUrl: null,
      });
      return (await rig.reader.deploymentStatuses(id)).length;
    },
  ],
  [
    'a comment',
    async (host, rig) => {
      const { number } = await rig.host.createIssue({ title: 'A place', body: '', labels: [] });
      await host.addComment(number, 'once');
      return (await rig.reader.comments(number)).length;
    },
  ],
  [
    'the comment with a marker',
    async (host, rig) => {
      const { number } = await rig.host.createIssue({ title: 'A place', body: '', labels: [] });
      await host.upsertComment(number, '<!-- m -->', 'once');
      return (await rig.reader.comments(number)).length;
    },
  ],
  [
    'an issue',
    async (host, rig) => {
      await host.createIssue({ title: 'Approvals', body: 'who?', labels: [] });
      const { body } = await rig.github.api('GET', `/repos/${rig.repository}/issues`);
      return (body as unknown[]).length;
    },
  ],
  [
    'the status of a commit',
    async (host, rig) => {
      const sha = (await rig.reader.commitOf('main')) ?? '';
      await host.setCommitStatus(sha, { state: 'success', context: 'x', description: '', targetUrl: null });
      return (await rig.reader.commitStatuses(sha)).length;
    },
  ],
];

test.each(CHANGES)(
  '%s is there once when the answer is lost, and once when it is lost itself',
  async (_, change) => {
    for (const what of ['answer', 'change'] as const) {
      await using rig = await openCodeHost();
      const network = losing(what);
      const times = await change(createGithub(rig.options({ fetch: network.fetch })), rig);
      expect({ what, times, lost: network.lost.length }).toEqual({ what, times: 1, lost: 1 });
    }
  },
);
