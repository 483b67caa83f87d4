import type { Outbox } from '@breakwater/events';

/** In the transaction of the change. Of names whose host is none of ours nobody here hears. */
export async function announceChange(
  outbox: Outbox,
  gun: string,
  repository: string | null | undefined,
): Promise<void> {
  if (!repository) return;
  await outbox.add({ topic: 'trust-data.changed', key: repository, payload: { gun, repository } });
}
