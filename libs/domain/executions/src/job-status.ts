/** Scheduled: waits for its time, or to be tried again. The last three are final. */
export type JobStatus = 'Pending' | 'Scheduled' | 'Running' | 'Stopped' | 'Error' | 'Success';
export type FinalStatus = Extract<JobStatus, 'Stopped' | 'Error' | 'Success'>;
export type ExecutionTrigger = 'MANUAL' | 'SCHEDULE' | 'EVENT';

const finalStatuses: ReadonlySet<JobStatus> = new Set<FinalStatus>(['Stopped', 'Error', 'Success']);

export function isFinal(status: JobStatus): status is FinalStatus {
  return finalStatuses.has(status);
}

/** What an execution whose tasks have all ended has come to: an error anywhere counts, then a stop. */
export function executionStatus(ended: Readonly<Record<FinalStatus, number>>): FinalStatus {
  if (ended.Error > 0) return 'Error';
  return ended.Stopped > 0 ? 'Stopped' : 'Success';
}
