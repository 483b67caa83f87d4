import type { JobDeclaration } from '@breakwater/contracts';

/** The jobs that this process knows: `@Inject(JOB_TABLE) table: JobTable`. The platform's, unless a test brings its own. */
export const JOB_TABLE = Symbol('JOB_TABLE');
export type JobTable = Readonly<Record<string, JobDeclaration>>;
