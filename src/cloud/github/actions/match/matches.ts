import { unreachable } from '../../../../util/assert.ts';
import type { GithubEvent, PullRequestSubject, PushSubject } from '../model/github-event.ts';
import type { PatternFilter, Trigger } from '../model/trigger.ts';
import type { MatchVerdict } from '../model/verdicts.ts';
import type { Workflow } from '../model/workflow.ts';
import { filesGetThrough, nameGetsThrough } from './pattern-list.ts';
import { runPlaceOf } from './run-place.ts';

/**
 * Whether an event starts a run of a workflow, whose file is that of {@link runPlaceOf}'s `fileSha`; and why, in one
 * sentence. Everything that `on` can say counts.
 */
export function matches(workflow: Workflow, event: GithubEvent): MatchVerdict {
  const place = runPlaceOf(event);
  if ('none' in place) return no(place.none);
  const trigger = workflow.triggers.find(({ event: name }) => name === event.name);
  if (trigger === undefined) return no(`it does not listen to ${event.name}`);
  if (trigger.types.length > 0 && !trigger.types.includes(event.action ?? '')) {
    return no(`the activity type ${event.action} is not one of ${trigger.types.join(', ')}`);
  }
  return ofSubject(trigger, event);
}

function ofSubject(trigger: Trigger, event: GithubEvent): MatchVerdict {
  const { subject } = event;
  switch (subject.kind) {
    case 'push':
      return ofPush(trigger, subject);
    case 'pull-request':
      return ofPullRequest(trigger, subject, event.name);
    case 'workflow-run': {
      const { workflows } = trigger;
      if (workflows.length > 0 && !workflows.includes(subject.workflowName)) {
        return no(`the GitHub workflow ${subject.workflowName} is not one of ${workflows.join(', ')}`);
      }
      return byBranch(trigger.branches, subject.headBranch, 'the head branch');
    }
    case 'ref':
      if (subject.baseRef !== undefined)
        return byBranch(trigger.branches, subject.baseRef, 'the base branch');
      return yes(`it listens to ${event.name}`);
    case 'default-branch':
      return event.name === 'schedule'
        ? ofSchedule(trigger, subject.cron)
        : yes(`it listens to ${event.name}`);
    default:
      return unreachable(subject);
  }
}

/** A tag counts only for `tags`, a branch only for `branches`; with neither of them both do. Paths only for branches. */
function ofPush(trigger: Trigger, subject: PushSubject): MatchVerdict {
  const isTag = subject.ref.startsWith('refs/tags/');
  const name = subject.ref.replace(/^refs\/(?:heads|tags)\//, '');
  const what = isTag ? 'tag' : 'branch';
  const filter = isTag ? trigger.tags : trigger.branches;
  const otherFilter = isTag ? trigger.branches : trigger.tags;
  if (filter === undefined && otherFilter !== undefined) {
    return no(`it listens to pushes of ${isTag ? 'branches' : 'tags'} only, and ${name} is a ${what}`);
  }
  if (!nameGetsThrough(filter, name)) return no(`the ${what} ${name} ${notThrough(filter)}`);
  if (!isTag && !filesGetThrough(trigger.paths, subject.changedFiles)) {
    return no(`no changed file gets through its paths`);
  }
  return yes(`the ${what} ${name} was ${subject.deleted ? 'deleted, which is a push too' : 'pushed'}`);
}

function ofPullRequest(trigger: Trigger, subject: PullRequestSubject, name: string): MatchVerdict {
  if (!nameGetsThrough(trigger.branches, subject.baseRef)) {
    return no(`the base branch ${subject.baseRef} ${notThrough(trigger.branches)}`);
  }
  if (!filesGetThrough(trigger.paths, subject.changedFiles))
    return no('no changed file gets through its paths');
  return yes(`it listens to ${name} into ${subject.baseRef}`);
}

function byBranch(filter: PatternFilter | undefined, name: string, what: string): MatchVerdict {
  return nameGetsThrough(filter, name)
    ? yes(`${what} is ${name}`)
    : no(`${what} ${name} ${notThrough(filter)}`);
}

function ofSchedule(trigger: Trigger, cron: string | undefined): MatchVerdict {
  const schedule = trigger.schedules.find((one) => one.cron === cron);
  return schedule === undefined
    ? no(`it has no schedule ${cron}`)
    : { ...yes(`its schedule ${cron} is due`), cron: schedule.cron };
}

function notThrough(filter: PatternFilter | undefined): string {
  const { mode, patterns } = filter ?? { mode: 'include', patterns: [] };
  if (mode === 'ignore') return `is ignored by ${patterns.join(', ')}`;
  if (patterns.every((pattern) => pattern.startsWith('!'))) {
    return `matches nothing: there are only negative patterns (${patterns.join(', ')})`;
  }
  return `does not match ${patterns.join(', ')}`;
}

function yes(why: string): MatchVerdict {
  return { runs: true, why };
}

function no(why: string): MatchVerdict {
  return { runs: false, why };
}
