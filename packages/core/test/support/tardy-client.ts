import { KubeClient, type KubernetesObject, systemClock } from '@entrepot/kube';

/** In milliseconds. */
const delays = [0, 65, 10, 150, 2, 30, 0, 100];

/**
 * A client to which the API server is slow and out of step: requests get there late, and their answers come long after the
 * events of what they changed, or long before.
 */
export class TardyClient extends KubeClient {
  #pauses = 0;

  override async request<T>(...args: Parameters<KubeClient['request']>): Promise<T> {
    await this.#pause();
    const answer = await super.request<T>(...args);
    await this.#pause();
    return answer;
  }

  override async watch<T extends KubernetesObject>(...args: Parameters<KubeClient['watch']>) {
    const pause = async () => this.#pause();
    const events = await super.watch<T>(...args);
    return (async function* () {
      for await (const event of events) {
        await pause();
        yield event;
      }
    })();
  }

  async #pause(): Promise<void> {
    this.#pauses += 1;
    const turn = this.#pauses + Math.floor(this.#pauses / delays.length);
    await systemClock.sleep(delays[turn % delays.length] ?? 0);
  }
}
