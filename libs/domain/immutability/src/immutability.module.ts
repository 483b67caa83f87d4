import { ChangesModule, LeaseModule } from '@breakwater/coherence';
import { Project } from '@breakwater/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ImmutableRule } from './immutable-rule.entity';
import { ImmutableRulesRepository } from './immutable-rules.repository';
import { ImmutableRulesService } from './immutable-rules.service';
import { ImmutableTags } from './immutable-tags';

@Module({
  // The project only for the relation: the table is the projects library's.
  imports: [TypeOrmModule.forFeature([ImmutableRule, Project]), ChangesModule, LeaseModule],
  providers: [ImmutableRulesService, ImmutableRulesRepository, ImmutableTags],
  exports: [ImmutableRulesService, ImmutableTags],
})
export class ImmutabilityModule {}
