import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { Fault, Faults } from './faults.ts';
import type { RequestKind, SeenRequest, Traffic } from './traffic.ts';

/** An answer before faults are applied to it. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Upper limit of the transfer, for every connection on its own. */
  readonly bytesPerSecond?: number | undefined;
}

/** An error in the form of the distribution specification. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer(status, { errors: [{ code, message }] }, headers);
}

export function jsonAnswer(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(JSON.stringify(value));
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}

/** Gives the answer, spoilt by the fault that is on for this kind of request, and writes down what happened. */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  kind: RequestKind,
  make: () => Answer,
  { faults, traffic }: { readonly faults: Faults; readonly traffic: Traffic },
): Promise<void> {
  const seen: SeenRequest = {
    kind,
    method: request.method ?? '',
    path: request.url ?? '',
    headers: { ...request.headers },
    serverName: request.socket instanceof TLSSocket ? request.socket.servername || undefined : undefined,
    status: 0,
    bytes: 0,
  };
  traffic.add(seen);
  const fault = faults.strike(kind);
  if (fault?.type === 'hang') return;
  const answer = replaced(fault) ?? make();
  const body = spoiltBody(answer.body ?? Buffer.alloc(0), fault);
  const length = fault?.type === 'wrongLength' ? fault.length : body.length;
  seen.status = answer.status;
  response.strictContentLength = false;
  const size = fault?.type === 'noLength' ? {} : { 'Content-Length': String(length) };
  response.writeHead(answer.status, { ...answer.headers, ...size });
  if (request.method === 'HEAD') return void response.end();
  await send(response, body, seen, fault, fault?.type === 'slow' ? fault.bytesPerSecond : answer.bytesPerSecond);
}

function replaced(fault: Fault | undefined): Answer | undefined {
  if (fault?.type === 'redirect') return { status: 307, headers: { Location: fault.location } };
  if (fault?.type !== 'status') return undefined;
  const retryAfter = fault.retryAfterSeconds;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return errorAnswer(fault.status, 'UNKNOWN', `injected status ${fault.status}`, headers);
}

function spoiltBody(body: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.type !== 'corrupt' || fault.byte >= body.length) return body;
  const spoilt = Buffer.from(body);
  spoilt[fault.byte] = (spoilt[fault.byte] ?? 0) ^ 0xff;
  return spoilt;
}

async function send(
  response: ServerResponse,
  body: Buffer,
  seen: SeenRequest,
  fault: Fault | undefined,
  bytesPerSecond: number | undefined,
): Promise<void> {
  const end = fault?.type === 'cut' || fault?.type === 'stall' ? Math.min(fault.afterBytes, body.length) : body.length;
  // With a limit, twenty pieces a second; without, pieces that keep memory small.
  const piece = bytesPerSecond === undefined ? 256 * 1024 : Math.max(1, Math.floor(bytesPerSecond / 20));
  const startedAt = Date.now();
  for (let from = 0; from < end && !response.destroyed; from += piece) {
    const bytes = body.subarray(from, Math.min(from + piece, end));
    await written(response, bytes);
    seen.bytes += bytes.length;
    if (bytesPerSecond !== undefined)
      await delay(Math.max(0, (1000 * seen.bytes) / bytesPerSecond - (Date.now() - startedAt)));
  }
  if (fault?.type === 'cut') response.destroy();
  else if (fault?.type === 'stall') return;
  // A body shorter than announced ends with the connection, or the client would wait for the rest.
  else if (fault?.type === 'wrongLength') response.end(() => response.destroy());
  else response.end();
}

/** Done when the bytes have left, which also keeps a slow client from filling the memory; or the client is gone. */
async function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(bytes, () => resolve());
  });
}
