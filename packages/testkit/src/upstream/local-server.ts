import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { ServingCertificate } from './throwaway-authority.ts';

/** A server on loopback that can go away and come back on the same port. */
export class LocalServer {
  readonly #server: Server;
  #port = 0;

  constructor(listener: RequestListener, certificate?: ServingCertificate) {
    this.#server = certificate === undefined ? createHttpServer(listener) : createHttpsServer(certificate, listener);
  }

  get port(): number {
    return this.#port;
  }

  /** Accepts connections, on the port it had before if there was one. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** Breaks what is open and refuses new connections. */
  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
