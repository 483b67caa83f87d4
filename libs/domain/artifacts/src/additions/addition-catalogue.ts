import { mediaTypes } from '@breakwater/kernel';

const json = 'application/json; charset=utf-8';
const plain = 'text/plain; charset=utf-8';
const markdown = 'text/markdown; charset=utf-8';

/** What there is to read of artifacts beside their rows, and what it is sent as. */
export const additionTypes = {
  build_history: json,
  'values.yaml': plain,
  'readme.md': markdown,
  dependencies: json,
  license: plain,
  files: json,
} as const;

export type AdditionName = keyof typeof additionTypes;

/** By the artifact's type (management-platform.md section 7.8). */
const byType: Readonly<Record<string, readonly AdditionName[]>> = {
  IMAGE: ['build_history'],
  WASM: ['build_history'],
  CHART: ['values.yaml', 'readme.md', 'dependencies'],
  CNAI: ['readme.md', 'license', 'files'],
};

const indexes: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.dockerList]);

/** Additions of the artifact; an index of images has no history of its own. */
export function additionsOf(artifact: { type: string; manifestMediaType: string }): readonly AdditionName[] {
  if (indexes.has(artifact.manifestMediaType) || !Object.hasOwn(byType, artifact.type)) return [];
  return byType[artifact.type] ?? [];
}
