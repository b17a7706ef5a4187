import { HexdagClient, HexdagClientError, type Run } from '../../src/client/index.ts';

interface Order {
  readonly orderId: string;
  readonly parcels: readonly string[];
}

/** What a backend does with the client, as docs/client.md shows it. */
export function createBackend(url: string, getToken: () => Promise<string>) {
  const hexdag = new HexdagClient({ url, token: getToken });

  /** However often the same order is placed, it is one run. */
  async function placeOrder(order: Order): Promise<string> {
    const { runId } = await hexdag.startRun('approval', order, { idempotencyKey: order.orderId });
    return runId;
  }

  async function approve(runId: string, orderId: string): Promise<'approved' | 'too late'> {
    try {
      await hexdag.sendEvent(runId, `approve:${orderId}`, { card: 'tok_ok' });
      return 'approved';
    } catch (error) {
      if (error instanceof HexdagClientError && error.status === 409 && !error.retryable) return 'too late';
      throw error;
    }
  }

  async function outcome(runId: string, signal: AbortSignal): Promise<Run> {
    return hexdag.waitForRun(runId, { timeoutMs: 60_000, signal });
  }

  async function failedToday(midnight: string): Promise<readonly string[]> {
    const failed: string[] = [];
    for await (const run of hexdag.listRuns({ status: 'failed', from: midnight })) failed.push(run.runId);
    return failed;
  }

  return { placeOrder, approve, outcome, failedToday };
}
