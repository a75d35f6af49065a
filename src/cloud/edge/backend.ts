import { Agent } from 'node:http';
import type { EdgeMachine } from './directory.ts';

/** Idle connections kept to one machine; more than a browser and a load test together hold open. */
const FREE_SOCKETS_MAX = 256;

/** One machine as the edge uses it: its pool of connections and how busy it is. */
export class Backend {
  machine: EdgeMachine;
  /** Requests and upgraded connections under way. Fly counts the same for both kinds of `concurrency.type`. */
  load = 0;
  /** Since when nothing is under way; milliseconds since the Unix epoch. */
  idleSince: number;
  /** Since when it takes requests, as far as known: one that boots is not idle. */
  openSince: number;
  /** Chosen by the idle watch and about to be stopped: gets nothing new. */
  held = false;
  /** It refused a connection a moment ago: preferred again from this instant on. */
  suspectUntil = 0;
  agent: Agent;

  constructor(machine: EdgeMachine, now: number) {
    this.machine = machine;
    this.idleSince = now;
    this.openSince = now;
    this.agent = newAgent();
  }

  /** Whether new requests may go there. */
  get open(): boolean {
    return this.machine.routable && !this.held;
  }

  /** Takes over what the directory says now; drops idle connections once nothing new may be sent over them. */
  update(machine: EdgeMachine, now: number): void {
    const was = this.machine;
    this.machine = machine;
    if (!was.routable && machine.routable) this.openSince = now;
    if (
      was.routable &&
      (!machine.routable || machine.port !== was.port || machine.startedAt !== was.startedAt)
    ) {
      this.drain();
    }
  }

  /** Closes idle connections now and busy ones as they become idle; what is under way finishes undisturbed. */
  drain(): void {
    const old = this.agent;
    this.agent = newAgent();
    old.maxFreeSockets = 0;
    for (const sockets of Object.values(old.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}

function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxFreeSockets: FREE_SOCKETS_MAX, scheduling: 'lifo' });
}
