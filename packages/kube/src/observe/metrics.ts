import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the runtime counts. One per program, handed to everything that counts; text in Prometheus' format. */
export class Metrics {
  /** For further metrics of the program's own. */
  readonly registry = new Registry();

  readonly requests = this.#counter('entrepot_api_requests_total', 'Answers of the API server', ['method', 'code']);
  readonly watchEvents = this.#counter('entrepot_watch_events_total', 'Watch events seen', ['kind']);
  readonly relists = this.#counter('entrepot_relists_total', 'Full lists, the first one included', ['kind']);
  readonly handlerErrors = this.#counter('entrepot_handler_errors_total', 'Listeners that threw', ['kind']);
  readonly lastEvent = this.#gauge('entrepot_last_event_timestamp_seconds', 'Last sign of life of a watch', ['kind']);
  readonly queueDepth = this.#gauge('entrepot_queue_depth', 'Keys that wait for a reconcile', ['queue']);
  readonly writes = this.#counter('entrepot_writes_total', 'Objects applied or deleted', ['kind', 'outcome']);
  readonly reconciles = this.#counter('entrepot_reconciles_total', 'Reconciles by result', ['controller', 'result']);
  readonly reconcileSeconds = new Histogram({
    name: 'entrepot_reconcile_seconds',
    help: 'Duration of reconciles',
    labelNames: ['controller'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [this.registry],
  });

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    return this.registry.metrics();
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
