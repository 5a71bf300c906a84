import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** One request, or a watch that began. */
export interface AuditedRequest {
  readonly user: string;
  /** Kubernetes' word: get, list, watch, create, update, patch, delete… */
  readonly verb: string;
  readonly path: string;
  /** Empty where the request is about no resource, as for discovery. */
  readonly resource: string;
  readonly subresource: string;
  /** Empty for requests about all objects. */
  readonly name: string;
  /** 0 where there was none; what was asked for may have been done or not. */
  readonly code: number;
  /** What was sent, where the log is to hold it. */
  readonly body?: unknown;
  /** When the request came and when its answer was done: milliseconds since the epoch, with fractions. */
  readonly fromMs: number;
  readonly untilMs: number;
}

const line = z.object({
  stage: z.enum(['ResponseStarted', 'ResponseComplete', 'Panic']),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({ resource: z.string().default(''), subresource: z.string().default(''), name: z.string().default('') })
    .default({ resource: '', subresource: '', name: '' }),
  responseStatus: z.object({ code: z.number().default(0) }).default({ code: 0 }),
  requestObject: z.unknown().optional(),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
});

/** Reads what the API server wrote down, so that requests are counted where they arrive and not where they are made. */
export class AuditLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** What the user asked for, in the order in which it was answered, later than a moment in milliseconds since the epoch. */
  async requestsOf(user: string, sinceMs = 0): Promise<readonly AuditedRequest[]> {
    const text = await readFile(this.#file, 'utf8');
    // The last line may not be whole yet.
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((text) => text.includes(`"username":"${user}"`) && receivedMs(text) >= sinceMs)
      .map((text) => line.parse(JSON.parse(text)))
      .filter(({ stage, verb }) => (verb === 'watch') === (stage === 'ResponseStarted'))
      .map(requestOf);
  }
}

function requestOf(entry: z.infer<typeof line>): AuditedRequest {
  const { verb, requestURI, user, objectRef, responseStatus, requestReceivedTimestamp, stageTimestamp } = entry;
  const { requestObject: body } = entry;
  return {
    ...objectRef,
    ...(body !== undefined && { body }),
    user: user.username,
    verb,
    path: requestURI,
    code: responseStatus.code,
    fromMs: preciseTime(requestReceivedTimestamp),
    untilMs: preciseTime(stageTimestamp),
  };
}

/** When the request of a line came, without a look at the rest: logs grow to hundreds of thousands of lines. */
function receivedMs(text: string): number {
  return preciseTime(/"requestReceivedTimestamp":"([^"]+)"/.exec(text)?.[1] ?? '');
}

/** `2030-01-31T12:00:00.123456Z`; Date knows whole milliseconds only. */
function preciseTime(text: string): number {
  const [seconds = '', fraction = 'Z'] = text.split('.');
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction.slice(0, -1)}`) * 1000;
}
