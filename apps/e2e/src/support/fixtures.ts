import { randomBytes } from 'node:crypto';
import { Api, Role } from './api';
import type { Credentials } from './http';
import { currentPlatform, type Platform } from './platform';

export interface ProjectFixture {
  platform: Platform;
  /** The management API as the administrator. */
  api: Api;
  project: string;
  /** May pull and push in the project. */
  developer: Credentials;
  /** May delete there as well. */
  maintainer: Credentials;
  /** Registered, but no member. */
  stranger: Credentials;
}

export const unique = (label: string): string => `${label}-${randomBytes(3).toString('hex')}`;

/** A private project of this suite alone, with two members and a stranger. */
export async function openProject(label: string): Promise<ProjectFixture> {
  const platform = currentPlatform();
  const api = new Api(platform, platform.admin);
  const project = unique(label);
  await api.createProject(project);
  const developer = await api.createMember(project, unique('developer'), Role.developer);
  const maintainer = await api.createMember(project, unique('maintainer'), Role.maintainer);
  const stranger = await api.createUser(unique('stranger'));
  return { platform, api, project, developer, maintainer, stranger };
}
