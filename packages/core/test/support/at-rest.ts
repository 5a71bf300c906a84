import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@entrepot/control-plane';
import type { Metrics } from '@entrepot/kube';

/** Resolves when an operator has done nothing for a while: what happens next happens for a reason of its own. */
export async function atRest({ metrics }: { readonly metrics: Metrics }): Promise<void> {
  const passes = async () => {
    const { values } = await metrics.reconciles.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  await eventually(async () => {
    const before = await passes();
    await delay(300);
    if ((await passes()) !== before) throw new Error('the operator is still at work');
  });
}
