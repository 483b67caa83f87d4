import type { LabelRow } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, pathId, time } from '../rest';

const scope = z.string().max(16).describe('`g` for labels of every project, `p` for those of one');

export class LabelDto extends createZodDto(
  z.object({
    id: int64,
    name: z.string(),
    description: z.string().optional(),
    color: z.string().optional(),
    scope,
    project_id: int64.optional(),
    creation_time: time,
    update_time: time,
  }),
) {}

/** Clients send the object as they got it; what they cannot set is not looked at. */
export class LabelReqDto extends createZodDto(
  z.object({
    id: int64.nullish(),
    name: z.string().nullish(),
    description: z.string().nullish(),
    color: z.string().nullish(),
    scope: scope.nullish(),
    project_id: int64.nullish().describe('For scope `p`'),
    creation_time: z.string().nullish(),
    update_time: z.string().nullish(),
  }),
) {}

export class LabelPath extends createZodDto(z.object({ label_id: pathId.describe('The id of the label') })) {}

export class ListLabelsQuery extends createZodDto(
  z.object({
    ...listShape,
    name: z.string().max(255).optional().describe('A part of the name'),
    scope: scope.optional(),
    project_id: pathId.optional().describe('For scope `p`'),
  }),
) {}

type LabelText = Pick<LabelRow, 'name' | 'description' | 'color'>;

const limits = { name: 128, description: 10_000, color: 16 } as const;

/** Throws BAD_REQUEST. */
export function readLabel({ name, description, color }: LabelReqDto): LabelText {
  const label = { name: name ?? '', description: description ?? '', color: color ?? '' };
  if (label.name === '') throw invalid('name', 'has 1 to 128 characters');
  for (const field of ['name', 'description', 'color'] as const) {
    if (label[field].length > limits[field]) throw invalid(field, `has at most ${limits[field]} characters`);
    // Postgres has no NUL in text.
    if (label[field].includes('\0')) throw invalid(field, 'cannot contain NUL');
  }
  return label;
}

/** The project of labels of that scope; null: they are of every project. Throws BAD_REQUEST. */
export function readScope({ scope: given, project_id: projectId }: Pick<LabelReqDto, 'scope' | 'project_id'>) {
  if (given === 'g') return null;
  if (given !== 'p') throw invalid('scope', 'is g or p');
  if (!projectId || projectId < 0) throw invalid('project_id', 'is needed for scope p');
  return projectId;
}

export function toLabel(label: LabelRow): z.input<typeof LabelDto.schema> {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    color: label.color,
    scope: label.projectId === null ? 'g' : 'p',
    ...(label.projectId !== null && { project_id: label.projectId }),
    creation_time: label.creationTime,
    update_time: label.updateTime,
  };
}

function invalid(field: string, expected: string): AppError {
  return new AppError('BAD_REQUEST', `invalid label: ${field} ${expected}`, {
    reason: 'label.invalid',
    params: { field },
  });
}
