import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { StepContext, StepExecutor } from '../../engine/graph.ts';
import type { DomainState } from '../../providers/app-platform.ts';
import type { PipelineDeps, SealedRelease } from '../pipeline-deps.ts';
import type { Release } from '../release.ts';
import { probeLine } from '../probe/probe-words.ts';
import { restorePointLines, restorePointsMade } from '../restore-points.ts';
import {
  flyAppNamed,
  migrationsInProgress,
  releaseInProgress,
  scopeOf,
  type StepScope,
} from '../step-scope.ts';
import { verdictOfRelease } from '../verdict/history-verdict.ts';
import { probesOfRun } from '../verdict/probes-of-run.ts';
import { domainLines, domainNotes } from './domains.ts';
import { probesIn } from './probe.ts';
import { deployedApps } from './verify.ts';

/** Where no domain is written any more there is no step for them, and those that are there still lead to the app. */
async function nameLeftDomains(scope: StepScope, app: ResolvedFlyApp): Promise<void> {
  if (app.domains.length > 0) return;
  for (const { hostname } of await scope.deps.platformOf(app).domains(app.platformName)) {
    const byHand = `fly certs remove ${hostname} -a ${app.platformName}`;
    scope.context.log(`${hostname} is no longer in the config but stays; remove it by hand: ${byHand}`);
  }
}

/** What the step for an app's domains found; nothing where the app has none. */
function domainsFound(context: StepContext, app: string): readonly DomainState[] {
  const found = context.outputs[`domains:${app}`] as unknown as { domains: DomainState[] } | undefined;
  return found?.domains ?? [];
}

/** Writes the release down as live. */
export function recordStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'record'>(deps, context);
      const release = await sealed(scope, releaseInProgress(scope));
      const at = deps.clock.now();
      deps.history.saveRelease(release, at);
      const { action, by, environment } = scope.input;
      const deployed = deployedApps(scope);
      if (environment.apps.some((app) => !deployed.includes(app.name))) {
        // The environment as a whole runs no one release then; what is live stays on record, and status shows who differs.
        context.log(`${deployed.join(', ')} rolled back to ${release.id}; the release on record stays`);
        return { release: null };
      }
      const restorePoints = restorePointsMade(context.outputs);
      const { runId } = context;
      const migrations = migrationsInProgress(scope);
      // A rollback migrates nothing.
      const probes = action === 'rollback' ? [] : await probesOfRun(scope);
      const before = deps.history.live(environment.name)?.release.id ?? null;
      deps.history.record({
        environment: environment.name,
        release,
        runId,
        action,
        at,
        by,
        restorePoints,
        migrations,
        probes: probesIn(context.outputs).map((probe) => ({
          database: probe.database,
          words: probeLine(probe),
        })),
        back: verdictOfRelease(probes, before),
      });
      context.log(`${release.id} is live in ${environment.name}`);
      return { release: release.id };
    },
    async undo(context) {
      deps.history.unrecord(context.runId);
    },
  };
}

/** With its manifest and provenance. What cannot be written is said, and undoes no deployment. */
async function sealed({ deps, input, context }: StepScope, release: Release): Promise<Release> {
  const known = release.artifact ?? deps.history.release(release.id)?.artifact;
  if (known !== undefined) return { ...release, artifact: known };
  // What comes back was sealed when it was new, or by a version that did not.
  if (input.action === 'rollback') return release;
  const { ['gate:quality']: judged, ['gate:checks']: green } = context.outputs as Readonly<
    Record<string, { checks?: SealedRelease['checks']; passed?: readonly string[] } | undefined>
  >;
  const bytes = Object.keys(release.digests).flatMap((app): [string, number][] => {
    const built = context.outputs[`build:${app}`] as { bytes?: number | null } | undefined;
    return typeof built?.bytes === 'number' ? [[app, built.bytes]] : [];
  });
  try {
    const artifact = await deps.sealRelease({
      release,
      project: input.project,
      run: context.runId,
      bytes: Object.fromEntries(bytes),
      checks: judged?.checks ?? green?.checks ?? unknownChecks(green?.passed ?? []),
    });
    const { manifest, signedBy } = artifact;
    const by = signedBy === null ? 'not signed' : `signed by ${signedBy}`;
    context.log(`manifest of ${release.id}: ${manifest.slice(0, 19)}, ${by}`);
    return { ...release, artifact };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.log(`the manifest of ${release.id} could not be written: ${reason}`);
    return release;
  }
}

/** Checks that GitHub ran: it says that they are green, and nothing more. */
function unknownChecks(names: readonly string[]): SealedRelease['checks'] {
  return names.map((name) => ({ name, key: null, at: null }));
}

/** What was destroyed, or scaled to no machine at all, answers nobody. */
function appsThatAnswer(scope: StepScope): readonly string[] {
  const { action, trigger } = scope.input;
  if (action === 'destroy') return [];
  const isDown =
    trigger.kind === 'scale' &&
    scope.context.outputs[`health:${trigger.app}`] === undefined &&
    Object.values(trigger.change.counts).every((count) => count === 0);
  return isDown ? [] : deployedApps(scope);
}

/** What reading everything again found that is left to people. */
function leftBehind(context: StepContext): readonly string[] {
  const verified = context.outputs['verify'] as { lost?: readonly string[] } | undefined;
  return verified?.lost ?? [];
}

/** Where what a restore took away is to be found, and how. */
function keptByRestore({ context, input }: StepScope): readonly string[] {
  const { name, databases } = input.environment;
  return Object.entries(context.outputs).flatMap(([id, output]) => {
    const kept = (output as { preservedAs?: string | null } | null)?.preservedAs ?? null;
    const [kind, database] = id.split(':');
    if (kind !== 'restore-database' || kept === null) return [];
    const found = databases.find((each) => each.name === database);
    const several = databases.length === 1 ? '' : ` --database ${database}`;
    // A branch on Neon; a volume on Fly, into which nobody can look.
    const look =
      found?.provider === 'neon' ? `\nto inspect it: glidepath db url ${name}:${kept}${several}` : '';
    const back = `to restore it: glidepath db restore ${name}${several} --to-restore-point ${kept}`;
    const pay =
      found?.provider === 'fly-postgres'
        ? `\nto stop paying for its volume: glidepath db backup ${name}${several} --name ${kept} --delete`
        : '';
    return [`what ${database} held before is kept as ${kept}\n${back}${look}${pay}`];
  });
}

/** Ends a deployment by saying where it can be looked at, and what is left to do. */
export function reportStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'report'>(deps, context);
      const urls: Record<string, string> = {};
      const missing: string[] = [];
      for (const name of appsThatAnswer(scope)) {
        const app = flyAppNamed(scope, name);
        if (app.port === null) continue;
        urls[name] = await deps.platformOf(app).publicUrl(app.platformName);
        context.log(`${name}: ${urls[name]}`);
        const domains = domainsFound(context, name);
        for (const line of domainLines(domains)) context.log(line);
        missing.push(...domainNotes(domains));
        await nameLeftDomains(scope, app);
      }
      const notes = [...leftBehind(context)];
      for (const note of notes) context.log(note);
      return {
        urls,
        notes: [...notes, ...missing, ...keptByRestore(scope)],
        restorePoints: restorePointLines(context.input, context.outputs).map(({ line }) => line),
      };
    },
  };
}
