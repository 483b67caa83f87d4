import { api, artifact, named, project, repository, usual, type Row } from './row';
import { everyone, known } from './principals';

/** ⚠ A single repository stays closed to visitors although the list is open (section 3.2). */
const repositories: Row[] = [
  { route: `GET ${named}/repositories`, needs: 'P repository:list' },
  { route: `GET ${repository}`, needs: 'P repository:read' },
  { route: `PUT ${repository}`, needs: 'P repository:update', body: { description: '' } },
  { route: `DELETE ${repository}`, needs: 'P repository:delete', fill: { repository_name: 'none' } },
];

const artifacts: Row[] = [
  { route: `GET ${repository}/artifacts`, needs: 'P artifact:list' },
  { route: `GET ${artifact}`, needs: 'P artifact:read' },
  { route: `DELETE ${artifact}`, needs: 'P artifact:delete', fill: { reference: 'none' } },
  // Let in means that the source is looked at, which names nothing here.
  { route: `POST ${repository}/artifacts`, needs: 'P artifact:create', query: '?from=nothing' },
  { route: `GET ${artifact}/tags`, needs: 'P tag:list' },
  { route: `POST ${artifact}/tags`, needs: 'P tag:create', body: { name: 'not a tag' } },
  { route: `DELETE ${artifact}/tags/:tag_name`, needs: 'P tag:delete' },
  { route: `GET ${artifact}/accessories`, needs: 'P accessory:list' },
  { route: `GET ${artifact}/additions/vulnerabilities`, needs: 'P artifact-addition:read' },
  { route: `GET ${artifact}/additions/:addition`, needs: 'P artifact-addition:read' },
  { route: `POST ${artifact}/labels`, needs: 'P artifact-label:create', body: { id: 999_999 } },
  { route: `DELETE ${artifact}/labels/:label_id`, needs: 'P artifact-label:delete' },
];

/**
 * In addition to Harbor. Where tags pointed is for who may read the repository, what was deleted for who may push, and
 * putting either back is like pushing it.
 */
const additions: Row[] = [
  { route: `GET ${repository}/tags`, needs: 'P tag:list' },
  { route: `GET ${repository}/tag-history`, needs: 'P repository:read' },
  { route: `GET ${repository}/tags/:tag_name/history`, needs: 'P repository:read' },
  { route: `POST ${repository}/tags/:tag_name/restore`, needs: 'P artifact:create', body: { digest: usual.digest } },
  { route: `GET ${repository}/storage`, needs: 'P repository:read' },
  { route: `GET ${artifact}/storage`, needs: 'P artifact:read' },
  { route: `GET ${artifact}/additions/signatures`, needs: 'P artifact-addition:read' },
  { route: `GET ${repository}/trust`, needs: 'P artifact-addition:read' },
  { route: `DELETE ${repository}/trust`, needs: 'P configuration:update', fill: { repository_name: 'none' } },
  { route: `GET ${project}/deleted-artifacts`, needs: 'P artifact:create' },
  { route: `DELETE ${project}/deleted-artifacts`, needs: 'P artifact:delete' },
  { route: `GET ${repository}/deleted-artifacts`, needs: 'P artifact:create' },
  { route: `POST ${repository}/deleted-artifacts/:digest/restore`, needs: 'P artifact:create' },
  { route: `DELETE ${repository}/deleted-artifacts/:digest`, needs: 'P artifact:delete' },
];

const label = `${api}/labels/:label_id`;
const unnamed = { name: '' };

/** On the project or on the system, by scope. */
const labels: Row[] = [
  { route: `GET ${api}/labels`, needs: { only: everyone }, query: '?scope=g' },
  { route: `GET ${api}/labels`, needs: 'P label:list', query: '?scope=p&project_id={team}' },
  { route: `GET ${api}/labels`, needs: 'P label:list', at: 'open', query: '?scope=p&project_id={open}' },
  { route: `POST ${api}/labels`, needs: 'S label:create', body: { scope: 'g', ...unnamed } },
  { route: `POST ${api}/labels`, needs: 'P label:create', body: { scope: 'p', project_id: '{team}', ...unnamed } },
  {
    route: `POST ${api}/labels`,
    needs: 'P label:create',
    at: 'open',
    body: { scope: 'p', project_id: '{open}', ...unnamed },
  },
  { route: `GET ${label}`, needs: { only: known } },
  { route: `GET ${label}`, needs: 'S label:read', fill: { label_id: '{globalLabel}' } },
  { route: `GET ${label}`, needs: 'P label:read', fill: { label_id: '{teamLabel}' } },
  { route: `GET ${label}`, needs: 'P label:read', at: 'open', fill: { label_id: '{openLabel}' } },
  { route: `PUT ${label}`, needs: 'S label:update', fill: { label_id: '{globalLabel}' }, body: unnamed },
  { route: `PUT ${label}`, needs: 'P label:update', fill: { label_id: '{teamLabel}' }, body: unnamed },
  { route: `PUT ${label}`, needs: 'P label:update', at: 'open', fill: { label_id: '{openLabel}' }, body: unnamed },
  { route: `DELETE ${label}`, needs: 'S label:delete', fill: { label_id: '{doomedLabel}' }, restore: 'doomedLabel' },
  { route: `DELETE ${label}`, needs: 'P label:delete', fill: { label_id: '{teamLabel}' }, restore: 'teamLabel' },
  {
    route: `DELETE ${label}`,
    needs: 'P label:delete',
    at: 'open',
    fill: { label_id: '{openLabel}' },
    restore: 'openLabel',
  },
];

export const contentRows: Row[] = [...repositories, ...artifacts, ...additions, ...labels];
