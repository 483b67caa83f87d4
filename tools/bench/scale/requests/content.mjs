// What is asked about artifacts, tags and repositories. Pure.
import { filters, lists, NAMES, PAGES } from './parameters.mjs';

const EVERYTHING = [
  'with_tag=true&with_label=true&with_accessory=true&with_scan_overview=true&with_sbom_overview=true' +
    '&with_inherited_accessory=true&with_immutable_status=true&page_size=100',
];
const ARTIFACT_SORTS = lists(
  'push_time',
  'pull_time',
  'size',
  'digest',
  'type',
  'media_type',
  'artifact_type',
  'id',
  'repository_id',
  'repository_name',
);
const artifactFilters = ({ signed, label, projectLabel }) =>
  filters(
    `digest=${signed.digest}`,
    `digest=~${signed.digest.slice(7, 13)}`,
    'type=IMAGE',
    'type={IMAGE CHART}',
    'media_type=~oci',
    'size=[1~900]',
    'push_time=[2025-01-05T00:00:00~2025-01-06T00:00:00]',
    'push_time=[2025-01-05T00:00:00~]',
    'pull_time=[2025-01-05T00:00:00~]',
    'tags=*',
    'tags=nil',
    `tags=${signed.tag}`,
    'tags=~v1.1',
    'tags=~v1.1,type=IMAGE',
    'tags=~nothing',
    `labels=(${label.id})`,
    `labels=(${label.id} ${projectLabel.id})`,
    'base=*',
    'repository_name=~api',
  );

/** The names of paths: of a plain repository, one with an index, one of a public project. */
function pathsOf({ project, open, repository, multi, openRepository, signed, index, openArtifact }) {
  const inside = `/projects/${project.name}/repositories/${repository.name}`;
  const insideMulti = `/projects/${project.name}/repositories/${multi.name}`;
  const insideOpen = `/projects/${open.name}/repositories/${openRepository.name}`;
  const artifacts = [
    `${inside}/artifacts/${signed.digest}`,
    `${inside}/artifacts/${signed.tag}`,
    `${insideMulti}/artifacts/${index.tag}`,
    `${insideOpen}/artifacts/${openArtifact.tag}`,
  ];
  return { inside, insideMulti, insideOpen, artifacts };
}

export function content(places) {
  const paths = pathsOf(places);
  return {
    ...artifactLists(places, paths),
    ...artifactDetails(places, paths),
    ...deletedLists(places, paths),
    ...repositoryLists(places, paths),
    ...tagLists(places, paths),
    ...searches(places),
  };
}

function artifactLists(places, { inside, insideMulti, insideOpen }) {
  const { project, open } = places;
  const artifactParameters = [...PAGES, ...EVERYTHING, ...ARTIFACT_SORTS, ...artifactFilters(places)];
  return {
    listArtifactsOfProject: {
      path: [`/projects/${project.name}/artifacts`, `/projects/${open.name}/artifacts`],
      parameters: [
        ...artifactParameters,
        `latest_in_repository=true&${filters('media_type=application/vnd.oci.image.config.v1+json')[0]}`,
        `latest_in_repository=true&${filters('media_type=application/vnd.cncf.helm.config.v1+json')[0]}`,
      ],
    },
    getRepositoryTrust: { path: [`${inside}/trust`, `${insideMulti}/trust`] },
    listArtifacts: {
      path: [`${inside}/artifacts`, `${insideMulti}/artifacts`, `${insideOpen}/artifacts`],
      parameters: artifactParameters,
    },
  };
}

function artifactDetails({ project, chart, signed, chartArtifact, icon }, { inside, artifacts }) {
  const of = (suffix) => artifacts.map((path) => path + suffix);
  return {
    getArtifact: { path: artifacts, parameters: ['', EVERYTHING[0]] },
    getVulnerabilitiesAddition: { path: of('/additions/vulnerabilities') },
    getSignaturesAddition: { path: of('/additions/signatures') },
    getAddition: {
      path: [
        `${inside}/artifacts/${signed.digest}/additions/build_history`,
        `/projects/${project.name}/repositories/${chart.name}/artifacts/${chartArtifact.tag}/additions/readme.md`,
      ],
    },
    listAccessories: {
      path: of('/accessories'),
      parameters: [
        ...PAGES,
        ...lists('creation_time', 'size', 'type'),
        ...filters('type=signature.cosign', 'digest=~ab'),
      ],
    },
    getArtifactStorage: { path: of('/storage') },
    getIcon: { path: `/icons/${icon}` },
  };
}

function deletedLists({ project }, { inside }) {
  const deleted = [
    ...PAGES,
    ...lists('delete_time', 'push_time', 'size', 'digest', 'repository_name', 'deleted_by'),
    ...filters(
      'deleted_by=admin',
      'repository_name=~api',
      'digest=~abcdef',
      'type=IMAGE',
      'purge_time=[2026-01-01T00:00:00~]',
    ),
  ];
  return {
    listDeletedArtifactsOfProject: { path: `/projects/${project.name}/deleted-artifacts`, parameters: deleted },
    listDeletedArtifacts: { path: `${inside}/deleted-artifacts`, parameters: deleted },
  };
}

function repositoryLists({ project, open }, { inside, insideOpen }) {
  return {
    listAllRepositories: {
      path: '/repositories',
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'update_time', 'pull_count', 'id'),
        ...filters(...NAMES, 'pull_count=[1~500]', `project_id=${project.id}`, 'description=~ask'),
      ],
    },
    listRepositories: {
      path: [`/projects/${project.name}/repositories`, `/projects/${open.name}/repositories`],
      parameters: [
        ...PAGES,
        ...lists('name', 'creation_time', 'update_time', 'pull_count', 'id'),
        ...filters(...NAMES, 'pull_count=[1~500]'),
      ],
    },
    getRepository: { path: [inside, insideOpen] },
    getRepositoryStorage: { path: [inside, insideOpen].map((path) => `${path}/storage`) },
  };
}

function tagLists({ signed }, { inside, insideOpen, artifacts }) {
  const tagParameters = [
    ...PAGES,
    ...lists('name', 'push_time', 'pull_time', 'id'),
    ...filters(`name=${signed.tag}`, 'name=~v1', 'push_time=[2025-01-05T00:00:00~]'),
  ];
  const history = [
    ...PAGES,
    ...lists('id', 'time', 'name', 'actor', 'digest'),
    ...filters('name=~v1.1', 'name=latest', 'actor=nobody', `digest=${signed.digest}`, 'time=[2025-01-05T00:00:00~]'),
  ];
  return {
    listTags: {
      path: artifacts.map((path) => `${path}/tags`),
      parameters: [...tagParameters, 'with_immutable_status=true'],
    },
    listRepositoryTags: {
      path: [`${inside}/tags`, `${insideOpen}/tags`],
      parameters: [
        ...PAGES,
        ...lists('version', 'name', 'push_time', 'pull_time', 'size', 'digest', 'type', 'artifact_id'),
        ...filters(
          'name=latest',
          'name=~v1.1',
          'name=~nothing',
          'size=[1~900]',
          'type=IMAGE',
          'push_time=[2025-01-05T00:00:00~]',
          `digest=${signed.digest}`,
        ),
      ],
    },
    listTagHistory: { path: [`${inside}/tag-history`, `${insideOpen}/tag-history`], parameters: history },
    getTagHistory: { path: `${inside}/tags/latest/history`, parameters: history },
  };
}

function searches({ signed }) {
  return {
    search: { path: '/search', parameters: ['q=api', 'q=seed', 'q=-00001', 'q=zzz', 'q=e', 'q='] },
    searchArtifacts: {
      path: '/search/artifacts',
      parameters: [
        `digest=${signed.digest}`,
        `digest=${signed.digest.slice(7, 13)}`,
        'tag=latest',
        'tag=v1*',
        'tag=v9.9*',
        'tag=nothing*',
        'tag=latest&page_size=100',
        'annotation=channel=nightly',
        'annotation=channel=never',
      ],
    },
  };
}
