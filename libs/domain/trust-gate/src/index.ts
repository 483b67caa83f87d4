export { PullGate, type PullBarrier, type PullDecision } from './pull-gate.service';
export { isEvidenceTag, needsNoSignature } from './evidence-tags';
export { TaggingGate, type Tagging, type TaggingSteps } from './tagging-gate.service';
export { TrustGate, type GateAnswer, type GateQuestion } from './trust-gate.service';
export { TrustGateModule } from './trust-gate.module';
