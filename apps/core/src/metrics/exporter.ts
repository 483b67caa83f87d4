import { ProjectFiguresRepository, type ProjectFigures } from '@breakwater/artifacts';
import { Metrics, rememberFor, type Sample } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import { HealthService } from '../system/health.service';
import { harborVersion } from '../system/version';

/** How old the figures of a scrape may be, in seconds. */
const projectsAge = 15;
/** These read every artifact. */
const artifactsAge = 300;

/** What Harbor's exporter tells, with its names: the platform's state rather than this process's. */
@Injectable()
export class Exporter {
  constructor(
    private readonly metrics: Metrics,
    private readonly health: HealthService,
    private readonly settings: SettingsService,
    private readonly figures: ProjectFiguresRepository,
  ) {
    if (!metrics.enabled) return;
    this.collectState();
    const projects = rememberFor(projectsAge, () => this.figures.projects());
    this.collectProjects(projects);
    this.collectStatistics(projects);
    const artifacts = rememberFor(artifactsAge, () => this.figures.artifacts());
    metrics.collect('harbor_project_artifact_total', async () =>
      (await artifacts()).map(({ project, public: open, type, artifacts: value }) => ({
        labels: { project_name: project, public: String(open), artifact_type: type },
        value,
      })),
    );
  }

  private collectState(): void {
    const { metrics } = this;
    metrics.collect('harbor_health', async () => {
      const components = await this.health.components();
      return [{ value: components.every(({ status }) => status === 'healthy') ? 1 : 0 }];
    });
    metrics.collect('harbor_up', async () =>
      (await this.health.components()).map(({ name, status }) => ({
        labels: { component: name },
        value: status === 'healthy' ? 1 : 0,
      })),
    );
    metrics.collect('harbor_system_info', async () => {
      const { auth_mode, self_registration } = await this.settings.get();
      const labels = { auth_mode, harbor_version: harborVersion, self_registration: String(self_registration) };
      return [{ labels, value: 1 }];
    });
  }

  private collectProjects(projects: () => Promise<ProjectFigures[]>): void {
    const each = (value: (project: ProjectFigures) => number) => async (): Promise<Sample[]> =>
      (await projects()).map((project) => ({ labels: { project_name: project.name }, value: value(project) }));
    const { metrics } = this;
    metrics.collect(
      'harbor_project_quota_usage_byte',
      each(({ used }) => used),
    );
    metrics.collect(
      'harbor_project_quota_byte',
      each(({ limit }) => limit),
    );
    metrics.collect(
      'harbor_project_member_total',
      each(({ members }) => members),
    );
    metrics.collect(
      'harbor_artifact_pulled',
      each(({ pulls }) => pulls),
    );
    metrics.collect('harbor_project_repo_total', async () =>
      (await projects()).map(({ name, public: open, repositories }) => ({
        labels: { project_name: name, public: String(open) },
        value: repositories,
      })),
    );
    metrics.collect('harbor_project_total', async () => {
      const all = await projects();
      return [true, false].map((open) => ({
        labels: { public: String(open) },
        value: all.filter((project) => project.public === open).length,
      }));
    });
  }

  private collectStatistics(projects: () => Promise<ProjectFigures[]>): void {
    const one = (name: Statistic, value: (projects: ProjectFigures[]) => number) =>
      this.metrics.collect(`harbor_statistics_${name}`, async () => [{ value: value(await projects()) }]);
    const open = (all: ProjectFigures[]) => all.filter((project) => project.public);
    const closed = (all: ProjectFigures[]) => all.filter((project) => !project.public);
    one('total_project_amount', (all) => all.length);
    one('public_project_amount', (all) => open(all).length);
    one('private_project_amount', (all) => closed(all).length);
    one('total_repo_amount', repositories);
    one('public_repo_amount', (all) => repositories(open(all)));
    one('private_repo_amount', (all) => repositories(closed(all)));
    one('total_storage_consumption', (all) => all.reduce((sum, { used }) => sum + used, 0));
  }
}

type Statistic = `${'total' | 'public' | 'private'}_${'project' | 'repo'}_amount` | 'total_storage_consumption';

const repositories = (projects: ProjectFigures[]): number =>
  projects.reduce((sum, project) => sum + project.repositories, 0);
