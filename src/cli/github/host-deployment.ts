import {
  DEPLOYMENT_TASK,
  encodePayload,
  type DeploymentPayload,
} from '../../pipeline/github/deployment-payload.ts';
import type { CodeHost, HostDeploymentState } from '../../providers/code-host.ts';

/** Our deployment on GitHub, while its run goes on. */
export interface OwnDeployment {
  /** Its id now: it is another once it was written anew. */
  readonly id: () => number;
  /** Says how it stands; nothing where that was said already. */
  say(status: DeploymentWords): Promise<void>;
  /**
   * Writes it anew where the payload is another one now: GitHub lets nobody change what was written. The new one is there
   * before the old one goes.
   */
  rewrite(payload: DeploymentPayload): Promise<void>;
}

/** One word about a deployment. */
export interface DeploymentWords {
  readonly state: HostDeploymentState;
  readonly description: string;
  readonly logUrl: string | null;
  readonly environmentUrl: string | null;
}

/** Where a deployment belongs. */
export interface OwnDeploymentOptions {
  readonly host: CodeHost;
  /** On GitHub: all review apps have one. */
  readonly hostEnvironment: string;
  readonly isReview: boolean;
  readonly isProduction: boolean;
  readonly title: string;
  readonly redact: (text: string) => string;
}

/** Makes a deployment on GitHub, queued. Throws what the code host throws. */
export async function makeOwnDeployment(
  options: OwnDeploymentOptions,
  first: DeploymentPayload,
): Promise<OwnDeployment> {
  const { host, redact } = options;
  let written = JSON.stringify(first);
  let id = (await create(options, first)).id;
  let said = '';
  let last: DeploymentWords | null = null;
  const tell = async (words: DeploymentWords): Promise<void> => {
    const status = { ...words, description: redact(words.description) };
    const text = JSON.stringify(status);
    if (text === said) return;
    await host.addDeploymentStatus(id, status);
    said = text;
    last = words;
  };
  return {
    id: () => id,
    say: tell,
    async rewrite(payload) {
      const text = JSON.stringify(payload);
      if (text === written) return;
      const before = id;
      id = (await create(options, payload)).id;
      written = text;
      said = '';
      if (last !== null) await tell(last);
      await host.deleteDeployment(before);
    },
  };
}

function create(
  { host, hostEnvironment, isReview, isProduction, title, redact }: OwnDeploymentOptions,
  payload: DeploymentPayload,
): ReturnType<CodeHost['createDeployment']> {
  return host.createDeployment({
    ref: payload.commit,
    environment: hostEnvironment,
    task: DEPLOYMENT_TASK,
    description: redact(title),
    payload: encodePayload(payload, redact),
    isTransient: isReview,
    isProduction,
  });
}
