export { Signature } from './signature.entity';
export { SignatureState } from './signature-state.entity';
