import { readConfigJson, type ConfigObject } from '../attributes/config-json';
import { jsonBytes, maxTextBytes, type AdditionSource } from './addition-source';
import type { AdditionContents } from './additions.repository';

/** The steps that built the image (image-spec "history"); none for one whose config does not tell. */
export async function readBuildHistory(source: AdditionSource): Promise<AdditionContents> {
  const { history } = await configOf(source);
  return new Map([['build_history', jsonBytes(Array.isArray(history) ? history : [])]]);
}

export async function configOf({ manifest: { config }, open }: AdditionSource): Promise<ConfigObject> {
  return config ? readConfigJson(config, () => open(config, maxTextBytes)) : {};
}
