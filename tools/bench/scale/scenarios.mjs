// What of it is asked by whom: each request once beforehand, for the number of the last page and for who is refused.
import { LAST_PAGE } from './requests/parameters.mjs';

const PAGE_SIZE = 10;
/** Of the parameters of an operation, how many others than the administrator are measured with. */
const FOR_OTHERS = 4;
/** Nobody is let in, or there is nothing to show, or the adapter is not there, on every platform that is seeded and nothing else. */
export const OTHERWISE = {
  getInternalconfig: 403,
  getProjectDeletion: 404,
  getTrustMaterial: 404,
  getCert: 404,
  getScannerMetadata: 412,
  getVulnerabilitiesAddition: 404,
  getStorageImport: 404,
  getStorageImportLog: 404,
  getScrub: 404,
  getScrubLog: 404,
  ListTasksOfSystemWebhookExecution: 404,
  GetLogsOfSystemWebhookTask: 404,
};

/** @returns {Promise<{ scenarios: object[], refused: string[] }>} */
export async function prepared(requests, callers) {
  const scenarios = [];
  const refused = [];
  for (const caller of callers) {
    const turns = new Map();
    for (const request of requests) {
      const turn = turns.get(request.operation) ?? 0;
      turns.set(request.operation, turn + 1);
      if (caller !== callers[0] && turn >= FOR_OTHERS) continue;
      const path = await resolved(request.path, caller);
      const answer = await caller.ask(path);
      await answer.arrayBuffer();
      const { status } = answer;
      if (status === 200) scenarios.push(scenario({ caller, request, path }));
      else if (caller === callers[0] && status !== OTHERWISE[request.operation])
        refused.push(`${request.operation} ${path} was answered ${status}`);
    }
  }
  return { scenarios, refused };
}

function scenario({ caller, request, path }) {
  const facts = { operation: request.operation, caller: caller.name, path: request.path };
  return { name: `${caller.name} ${request.operation} ${request.path}`, caller, path, facts };
}

/** With the caller's id, and the number of the last page. */
export async function resolved(path, caller) {
  const own = path.replace('SELF', String(caller.id ?? 1));
  if (!own.includes(LAST_PAGE)) return own;
  const answer = await caller.ask(own.replace(LAST_PAGE, 'page=1'));
  await answer.arrayBuffer();
  const total = Number(answer.headers.get('x-total-count') ?? 1);
  return own.replace(LAST_PAGE, `page=${Math.max(1, Math.ceil(total / PAGE_SIZE))}`);
}
