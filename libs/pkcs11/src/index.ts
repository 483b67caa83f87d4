export { loadCryptoki } from './native-cryptoki';
export { Token, type TokenSettings } from './token';
export { TokenError, type TokenProblem } from './token-error';
