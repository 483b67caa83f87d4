import { AppError } from '@breakwater/kernel';
import { isUniqueViolation, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { LabelsRepository, type LabelInput, type LabelRow } from './labels.repository';

/** Labels of every project and of one, and the artifacts that carry them. */
@Injectable()
export class LabelsService {
  constructor(private readonly labels: LabelsRepository) {}

  /** Labels of the project, or with null those of every project. Throws BAD_REQUEST for a wrong filter. */
  list(projectId: number | null, options: ListOptions): Promise<{ items: LabelRow[]; total: number }> {
    return this.labels.list(projectId, options);
  }

  /** Throws NOT_FOUND. */
  async get(id: number): Promise<LabelRow> {
    const label = await this.labels.find(id);
    if (!label) throw unknownLabel(id);
    return label;
  }

  /** Answers the new label's id. Throws CONFLICT. */
  async create(projectId: number | null, input: LabelInput): Promise<number> {
    const id = await this.labels.insert(projectId, input);
    if (id === undefined) throw taken(input.name);
    return id;
  }

  /** Scope and project stay. Throws NOT_FOUND, CONFLICT. */
  async update(id: number, input: LabelInput): Promise<void> {
    try {
      if (!(await this.labels.update(id, input))) throw unknownLabel(id);
    } catch (error) {
      throw isUniqueViolation(error) ? taken(input.name) : error;
    }
  }

  delete(id: number): Promise<void> {
    return this.labels.delete(id);
  }

  /** A label of another project is not there for the artifact. Throws NOT_FOUND, CONFLICT when it is carried already. */
  async attach(labelId: number, artifact: { id: number; projectId: number }): Promise<void> {
    const label = await this.get(labelId);
    if (label.projectId !== null && label.projectId !== artifact.projectId) throw unknownLabel(labelId);
    const attached = await this.labels.attach(labelId, artifact.id);
    if (!attached) throw unknownLabel(labelId);
    if (!attached.added)
      throw new AppError('CONFLICT', `the artifact carries label ${label.name} already`, { reason: 'label.attached' });
  }

  /** Throws NOT_FOUND when the artifact does not carry it. */
  async detach(labelId: number, artifactId: number): Promise<void> {
    if (!(await this.labels.detach(labelId, artifactId)))
      throw new AppError('NOT_FOUND', `the artifact does not carry label ${labelId}`);
  }
}

function unknownLabel(id: number): AppError {
  return new AppError('NOT_FOUND', `label ${id} not found`);
}

function taken(name: string): AppError {
  return new AppError('CONFLICT', `label ${name} already exists`, { reason: 'label.taken', params: { name } });
}
