import { contentRows } from './content-rows';
import { peopleRows } from './people-rows';
import { projectRows } from './project-rows';
import { ruleRows } from './rule-rows';
import { systemRows } from './system-rows';
import type { Row } from './row';

/** Who may call what: management-platform.md section 3.4, and what is said there of our own operations by their neighbours. */
export const rows: readonly Row[] = [...systemRows, ...projectRows, ...contentRows, ...ruleRows, ...peopleRows];
export { MatrixBench, placesOf } from './matrix-bench';
export { letIn, principals, type Place } from './principals';
export { namesProject, titleOf, type Row } from './row';
