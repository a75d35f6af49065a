import type { Socket } from 'node:net';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { refusalMessage } from '../server/refusal-message.ts';
import { TcpProxy } from '../server/tcp-proxy.ts';
import type { TcpProxyHandlers } from '../server/tcp-proxy.ts';

/** The loopback port of a cluster, listened on whether its server runs or not. */
export class ClusterPort {
  readonly #handlers: TcpProxyHandlers;
  #proxy: TcpProxy | null = null;

  /** `connect` opens a connection to the server, which it may have to start; `onChange` when connections come or go. */
  constructor(on: { readonly connect: () => Promise<Socket>; readonly onChange: () => void }) {
    this.#handlers = { ...on, refusal: refusalMessage };
  }

  get isOpen(): boolean {
    return this.#proxy !== null;
  }

  get connections(): number {
    return this.#proxy?.connections ?? 0;
  }

  /** Listens, on a free port when it is null, and returns it. Rejects with EADDRINUSE when it is taken. */
  async listen(port: number | null): Promise<number> {
    this.#proxy ??= await TcpProxy.listen(port, this.#handlers);
    return this.#proxy.port;
  }

  /** As {@link listen}, unless somebody else has the port: then it stays closed. */
  async listenIfFree(port: number): Promise<void> {
    await this.listen(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
    });
  }

  /** As {@link listen}, with `CLOUD_PORT_IN_USE` when somebody else has the port of database `id`. */
  async listenAgain(id: string, port: number): Promise<void> {
    await this.listenIfFree(port);
    if (this.isOpen) return;
    throw new ToolError('CLOUD_PORT_IN_USE', `Port ${port} of database ${id} is taken by another process.`, {
      hint: `See which one: lsof -i :${port}`,
    });
  }

  /** Another cluster has it from now on: connections are broken, and none is refused meanwhile. */
  handTo(other: ClusterPort): void {
    other.#proxy = this.#proxy;
    this.#proxy = null;
    other.#proxy?.handTo(other.#handlers);
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
  }
}
