import * as artifacts from '@breakwater/artifacts';
import * as audit from '@breakwater/audit';
import * as coherence from '@breakwater/coherence';
import * as events from '@breakwater/events';
import * as executions from '@breakwater/executions';
import * as identity from '@breakwater/identity';
import * as immutability from '@breakwater/immutability';
import * as projects from '@breakwater/projects';
import * as retention from '@breakwater/retention';
import * as quotas from '@breakwater/quotas';
import * as scanners from '@breakwater/scanners';
import * as settings from '@breakwater/settings';
import * as signatures from '@breakwater/signatures';
import * as signer from '@breakwater/signer';
import * as tokens from '@breakwater/tokens';
import * as trust from '@breakwater/trust';
import * as trustPolicies from '@breakwater/trust-policies';
import * as webhooks from '@breakwater/webhooks';
import { getMetadataArgsStorage } from 'typeorm';

type EntityClass = new () => object;

const exported: unknown[] = [
  artifacts,
  audit,
  coherence,
  events,
  executions,
  identity,
  immutability,
  projects,
  quotas,
  retention,
  scanners,
  settings,
  signatures,
  signer,
  tokens,
  trust,
  trustPolicies,
  webhooks,
].flatMap((library) => Object.values(library));

/** Every entity that the domain libraries export: what the migrations are checked against. */
export const entities = getMetadataArgsStorage()
  .tables.map((table) => table.target as EntityClass)
  .filter((target) => exported.includes(target));
