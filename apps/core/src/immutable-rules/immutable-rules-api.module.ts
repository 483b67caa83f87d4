import { ImmutabilityModule } from '@breakwater/immutability';
import { Module } from '@nestjs/common';
import { ImmutableRulesController } from './immutable-rules.controller';

@Module({ imports: [ImmutabilityModule], controllers: [ImmutableRulesController] })
export class ImmutableRulesApiModule {}
