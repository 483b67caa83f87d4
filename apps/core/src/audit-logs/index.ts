export { Audited, theProject } from './audited.decorator';
