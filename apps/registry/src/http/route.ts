import type { RegistryAction } from '@breakwater/access';
import type { RepositoryName } from '@breakwater/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request whose sender may do what the route demands. */
export interface Call {
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  /** What the URL names besides the repository, decoded once; nothing decodes it again. */
  params: Record<string, string>;
}

export interface RepositoryCall extends Call {
  repository: RepositoryName;
}

/** Below `/v2/:name`: the caller needs the action on that repository. */
interface RepositoryRoute {
  method: Method;
  url: `/v2/:name/${string}`;
  demand: RegistryAction;
  handle: (call: RepositoryCall) => Promise<unknown>;
}

/** `login`: any caller who authenticated; `catalog`: a system administrator. */
interface RegistryRoute {
  method: Method;
  url: string;
  demand: 'login' | 'catalog';
  handle: (call: Call) => Promise<unknown>;
}

/** For the platform's own services, which bring the shared secret; nginx never routes here from outside. */
interface InternalRoute {
  method: Method;
  url: `/internal/${string}`;
  demand: 'internal';
  handle: (call: Omit<Call, 'caller'>) => Promise<unknown>;
}

/** nginx asks here, on behalf of a client: the handler looks at the client's own credentials. */
interface PrecheckRoute extends Omit<InternalRoute, 'demand'> {
  demand: 'precheck';
}

/** Every route says what it demands of its caller: one without a demand does not compile. */
export type Route = RepositoryRoute | RegistryRoute | InternalRoute | PrecheckRoute;

/** A group of routes, as the router takes them. */
export interface Routes {
  readonly routes: readonly Route[];
}
