import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../util/clock.ts';
import { fullNameOf } from '../github-state.ts';
import type { GithubState } from '../github-state.ts';
import type { EventCause, EventRecord } from '../event-records.ts';
import type { RepositoryRecord } from '../records.ts';
import type { GithubEvent } from './github-event.ts';

/** Told of every event; what it throws is not the business of whoever brought the event about. */
export type EventListener = (event: GithubEvent) => void | Promise<void>;

/** What is to be told. */
export interface NewEvent {
  readonly name: string;
  readonly action?: string;
  readonly repository: RepositoryRecord;
  readonly sender: string;
  readonly cause: EventCause;
  /** The payload without what every payload has: `action`, `repository`, `sender`. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Tells of what happened, in the order in which it did. An event is written down together with the change it is of, and
 * forgotten when every listener has dealt with it, so that a killed cloud tells of it after its next start.
 */
export class EventBus {
  readonly #state: GithubState;
  readonly #clock: Clock;
  readonly #listeners: { readonly name: string; readonly listener: EventListener }[] = [];
  readonly #onError: (error: unknown, event: GithubEvent) => void;
  #common: (event: NewEvent) => Readonly<Record<string, unknown>> = () => ({});
  #tail: Promise<void> = Promise.resolve();
  #isTelling = false;

  constructor(state: GithubState, clock: Clock, onError: (error: unknown, event: GithubEvent) => void) {
    this.#state = state;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Lets every payload have what they all have. */
  describeBy(common: (event: NewEvent) => Readonly<Record<string, unknown>>): void {
    this.#common = common;
  }

  /** From now on `listener` is told of everything; returns how to end that. */
  onEvent(name: string, listener: EventListener): () => void {
    const entry = { name, listener };
    this.#listeners.push(entry);
    return () => void this.#listeners.splice(this.#listeners.indexOf(entry), 1);
  }

  /** To be called within `state.together`, with the change that it is of. It is told of afterwards. */
  emit(event: NewEvent): void {
    const record: EventRecord = {
      id: randomUUID(),
      name: event.name,
      action: event.action ?? null,
      repositoryId: event.repository.id,
      sender: event.sender,
      cause: event.cause,
      at: this.#clock.now(),
      payload: {
        ...(event.action === undefined ? {} : { action: event.action }),
        ...event.payload,
        ...this.#common(event),
      },
    };
    this.#state.save('events', record);
    // What is found out at the start waits for those who listen.
    if (this.#isTelling) this.#enqueue(record);
  }

  /** Begins to tell, with what a killed cloud had not come to. To be called once, when all who listen do. */
  resume(): void {
    this.#isTelling = true;
    for (const record of this.#state.all('events')) this.#enqueue(record);
  }

  /** Resolves when everything there is to tell was told. */
  async settled(): Promise<void> {
    let tail: Promise<void>;
    do {
      tail = this.#tail;
      await tail;
    } while (tail !== this.#tail);
  }

  #enqueue(record: EventRecord): void {
    // Not at once: whoever emits is still writing.
    this.#tail = this.#tail.then(() => this.#tell(record));
  }

  async #tell(record: EventRecord): Promise<void> {
    const repository = this.#state.find('repositories', record.repositoryId);
    // Rolled back with its change, or told of already.
    if (this.#state.find('events', record.id) === null) return;
    if (repository !== null) {
      const event: GithubEvent = { ...record, repository: fullNameOf(repository) };
      for (const { listener } of this.#listeners) {
        try {
          await listener(event);
        } catch (error) {
          this.#onError(error, event);
        }
      }
    }
    this.#state.remove('events', record.id);
  }
}
