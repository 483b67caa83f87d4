// What a process needs before it has the framework: some 50 MB less for the one that only watches over workers.
export { loadConfig } from '../config/load-config';
export { registryConfig } from '../config/registry.config';
export { run } from '../http/run';
export { inWorkers } from './in-workers';
