export { ImmutabilityModule } from './immutability.module';
export { ImmutableRule } from './immutable-rule.entity';
export { type ImmutableRuleRow } from './immutable-rules.repository';
export { ImmutableRulesService } from './immutable-rules.service';
export { ImmutableTags, type IsImmutable } from './immutable-tags';
